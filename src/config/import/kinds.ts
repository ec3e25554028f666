import type { TProperties } from "@sinclair/typebox";
import type { Section } from "../policies/schema.ts";
import { ApplicationShellSchema } from "../policies/schema-application.ts";
import {
  CertificateSchema,
  IdentityProviderSchema,
  ListSchema,
  ServiceTokenSchema,
} from "../policies/schema-inventory.ts";
import { Ignored } from "../policies/schema-parts.ts";
import { GroupShellSchema, PolicyShellSchema } from "../policies/schema-policy.ts";
import { PostureRuleSchema } from "../policies/schema-posture-rule.ts";

interface Kind {
  /** What messages call one of them. */
  readonly title: string;
  /** The keys that policy files know. */
  readonly properties: TProperties;
}

export const KINDS: { readonly [S in Section]: Kind } = {
  applications: { title: "application", properties: ApplicationShellSchema.properties },
  policies: { title: "policy", properties: PolicyShellSchema.properties },
  groups: { title: "group", properties: GroupShellSchema.properties },
  lists: { title: "list", properties: ListSchema.properties },
  posture_rules: { title: "posture rule", properties: PostureRuleSchema.anyOf[0].properties },
  identity_providers: { title: "identity provider", properties: IdentityProviderSchema.properties },
  service_tokens: { title: "service token", properties: ServiceTokenSchema.properties },
  certificates: { title: "certificate", properties: CertificateSchema.properties },
};

export const SECTIONS: readonly Section[] = Object.keys(KINDS).filter(isSection);

export function isSection(key: string): key is Section {
  return Object.hasOwn(KINDS, key);
}

/** Whether a key of objects of this kind decides nothing here. */
export function decidesNothing(kind: Section, key: string): boolean {
  return KINDS[kind].properties[key] === Ignored;
}
