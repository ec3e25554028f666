import type { LintRule } from "./finding.ts";
import { ANYONE_CAN_ENTER } from "./rules/anyone-can-enter.ts";
import { BLOCK_EXCLUDE_LETS_NOBODY_IN } from "./rules/block-exclude-lets-nobody-in.ts";
import { CERTIFICATE_ON_BUCKET } from "./rules/certificate-on-bucket.ts";
import { DUPLICATE_RULE } from "./rules/duplicate-rule.ts";
import { EXTERNAL_EVALUATION_FAILS_OPEN } from "./rules/external-evaluation-fails-open.ts";
import { HOST_BITS_SET } from "./rules/host-bits-set.ts";
import { IDENTITY_RULE_IN_BYPASS } from "./rules/identity-rule-in-bypass.ts";
import { NO_PROVIDER_FOR_ATTRIBUTE } from "./rules/no-provider-for-attribute.ts";
import { NOBODY_CAN_MATCH } from "./rules/nobody-can-match.ts";
import { POLICY_NEVER_REACHED } from "./rules/policy-never-reached.ts";
import { SERVICE_AUTH_WITHOUT_CREDENTIAL } from "./rules/service-auth-without-credential.ts";
import { SERVICE_TOKEN_IN_ALLOW } from "./rules/service-token-in-allow.ts";
import { SHADOWED_APPLICATION } from "./rules/shadowed-application.ts";
import { STALE_FOREVER } from "./rules/stale-forever.ts";
import { UNUSED_ACKNOWLEDGEMENT } from "./rules/unused-acknowledgement.ts";
import { UNUSED_GROUP } from "./rules/unused-group.ts";
import { UNUSED_POLICY } from "./rules/unused-policy.ts";

/** Everything that lint looks for. The last looks at what the others found. */
export const LINT_RULES: readonly LintRule[] = [
  ANYONE_CAN_ENTER,
  EXTERNAL_EVALUATION_FAILS_OPEN,
  IDENTITY_RULE_IN_BYPASS,
  SERVICE_TOKEN_IN_ALLOW,
  CERTIFICATE_ON_BUCKET,
  NOBODY_CAN_MATCH,
  POLICY_NEVER_REACHED,
  NO_PROVIDER_FOR_ATTRIBUTE,
  SERVICE_AUTH_WITHOUT_CREDENTIAL,
  BLOCK_EXCLUDE_LETS_NOBODY_IN,
  STALE_FOREVER,
  SHADOWED_APPLICATION,
  DUPLICATE_RULE,
  HOST_BITS_SET,
  UNUSED_GROUP,
  UNUSED_POLICY,
  UNUSED_ACKNOWLEDGEMENT,
];
