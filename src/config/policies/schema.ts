import { type TSchema, Type } from "@sinclair/typebox";
import { ApplicationSchema } from "./schema-application.ts";
import {
  CertificateSchema,
  IdentityProviderSchema,
  ListSchema,
  ServiceTokenSchema,
} from "./schema-inventory.ts";
import { optional, strict } from "./schema-parts.ts";
import { GroupSchema, PolicySchema } from "./schema-policy.ts";
import { PostureRuleSchema } from "./schema-posture-rule.ts";

const listOf = <T extends TSchema>(entry: T) => optional(Type.Array(entry, { title: "a list" }));

/** What a policy file holds: any of Cloudflare's objects, in the shapes of its API. */
export const PoliciesFileSchema = strict(
  {
    applications: listOf(ApplicationSchema),
    policies: listOf(PolicySchema),
    groups: listOf(GroupSchema),
    lists: listOf(ListSchema),
    posture_rules: listOf(PostureRuleSchema),
    identity_providers: listOf(IdentityProviderSchema),
    service_tokens: listOf(ServiceTokenSchema),
    certificates: listOf(CertificateSchema),
  },
  { title: "a policy file: applications, policies, groups, lists and the like" },
);

/** The same with objects of any shape: they are checked one by one, so that no fault hides another. */
export const PoliciesShellSchema = strict({
  applications: listOf(Type.Unknown()),
  policies: listOf(Type.Unknown()),
  groups: listOf(Type.Unknown()),
  lists: listOf(Type.Unknown()),
  posture_rules: listOf(Type.Unknown()),
  identity_providers: listOf(Type.Unknown()),
  service_tokens: listOf(Type.Unknown()),
  certificates: listOf(Type.Unknown()),
});

export type Section = keyof typeof PoliciesShellSchema.properties;
