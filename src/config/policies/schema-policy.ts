import { type Static, Type } from "@sinclair/typebox";
import { Acknowledge, Ignored, oneOf, optional, SERVER_SET, strict, Text } from "./schema-parts.ts";
import { RuleSchema, ruleLists } from "./schema-rule.ts";
import { DurationText } from "./texts.ts";

const Effect = oneOf(["allow", "deny", "bypass", "non_identity", "block", "service_auth"]);

/** Independent multi-factor authentication, of a policy or an application. */
export const MfaConfig = optional(
  strict({
    mfa_disabled: optional(Type.Boolean()),
    allowed_authenticators: optional(Type.Array(Type.String())),
    session_duration: optional(Type.String()),
  }),
);

const PRECEDENCE = { precedence: optional(Type.Integer({ minimum: 0 })) } as const;

/** The precedence of a policy, beside whatever else there is. */
export const PrecedenceSchema = Type.Object(PRECEDENCE);

const POLICY_KEYS = {
  id: optional(Type.String()),
  uid: optional(Type.String()),
  name: Text,
  decision: Effect,
  ...PRECEDENCE,
  session_duration: optional(DurationText),
  isolation_required: optional(Type.Boolean()),
  purpose_justification_required: optional(Type.Boolean()),
  purpose_justification_prompt: Ignored,
  approval_required: optional(Type.Boolean()),
  approval_groups: optional(Type.Array(Type.Unknown())),
  mfa_config: MfaConfig,
  connection_rules: optional(Type.Record(Type.String(), Type.Unknown())),
  reusable: optional(Type.Boolean()),
  app_count: Ignored,
  acknowledge: Acknowledge,
  ...SERVER_SET,
} as const;

export const PolicySchema = strict({ ...POLICY_KEYS, ...ruleLists(RuleSchema) });

/** A policy whose rules are yet to be checked: one by one, so that no fault hides another. */
export const PolicyShellSchema = strict({ ...POLICY_KEYS, ...ruleLists(Type.Unknown()) });

export type PolicyJson = Static<typeof PolicyShellSchema>;

/** How an application names a reusable policy. */
export const PolicyLinkSchema = strict({ id: Text, ...PRECEDENCE });

const GROUP_KEYS = {
  id: optional(Type.String()),
  uid: optional(Type.String()),
  name: Text,
  is_default: Ignored,
  acknowledge: Acknowledge,
  ...SERVER_SET,
} as const;

export const GroupSchema = strict({ ...GROUP_KEYS, ...ruleLists(RuleSchema) });

/** A group whose rules are yet to be checked. */
export const GroupShellSchema = strict({ ...GROUP_KEYS, ...ruleLists(Type.Unknown()) });
