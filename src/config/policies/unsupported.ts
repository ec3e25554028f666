import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import type { Cursor } from "./cursor.ts";

/** Something of Cloudflare's that would change who gets in, and that Postern does not have. */
interface Unsupported {
  readonly key: string;
  /** Objects that ask for it: a key that is there and switched off changes nothing. */
  readonly asked: TypeCheck<TSchema>;
  /** What is not to be had, and how to mend the file. */
  readonly message: string;
}

function unsupported(key: string, asked: TProperties, message: string): Unsupported {
  return { key, asked: TypeCompiler.Compile<TSchema>(Type.Object(asked)), message };
}

const True = Type.Literal(true);
const NotTrue = Type.Optional(Type.Union([Type.Literal(false), Type.Literal(""), Type.Null()]));
const SomeList = Type.Array(Type.Unknown(), { minItems: 1 });
const SomeSettings = Type.Record(Type.String(), Type.Unknown(), { minProperties: 1 });

const MFA = unsupported(
  "mfa_config",
  { mfa_config: Type.Intersect([SomeSettings, Type.Object({ mfa_disabled: NotTrue })]) },
  "Postern asks for no second factor itself; set mfa_disabled to true, and require an auth_method",
);

export const UNSUPPORTED_IN_POLICY: readonly Unsupported[] = [
  unsupported(
    "isolation_required",
    { isolation_required: True },
    "browser isolation is not available here; set it to false",
  ),
  unsupported(
    "purpose_justification_required",
    { purpose_justification_required: True },
    "nobody is asked for a purpose here; set it to false",
  ),
  unsupported(
    "approval_required",
    { approval_required: True },
    "temporary access by approval is not available here; set it to false",
  ),
  unsupported(
    "approval_groups",
    {
      approval_groups: SomeList,
      approval_required: Type.Optional(Type.Union([True, Type.Literal(""), Type.Null()])),
    },
    "temporary access by approval is not available here; remove them, or set approval_required to false",
  ),
  MFA,
  unsupported(
    "connection_rules",
    { connection_rules: SomeSettings },
    "what may be done over SSH or RDP is not controlled here; remove them",
  ),
];

export const UNSUPPORTED_IN_APPLICATION: readonly Unsupported[] = [
  unsupported(
    "allow_authenticate_via_warp",
    { allow_authenticate_via_warp: True },
    "a WARP session is no login here; set it to false",
  ),
  unsupported(
    "domain_type",
    { domain_type: Type.Literal("private") },
    "private hostnames can only be reached through Cloudflare; give the application a public one",
  ),
  unsupported(
    "enable_binding_cookie",
    { enable_binding_cookie: True },
    "only Cloudflare's edge can check the binding cookie; set it to false",
  ),
  MFA,
  unsupported(
    "oauth_configuration",
    { oauth_configuration: Type.Object({ enabled: True }) },
    "Postern is no OAuth server; set enabled to false",
  ),
  unsupported(
    "options_preflight_bypass",
    { options_preflight_bypass: True, cors_headers: SomeSettings },
    "it cannot be combined with cors_headers, as at Cloudflare; keep one of them",
  ),
  unsupported(
    "target_criteria",
    { target_criteria: SomeList },
    "infrastructure targets can only be reached through Cloudflare; remove them",
  ),
];

function unsupportedType(type: string, what: string): Unsupported {
  return unsupported(
    "type",
    { type: Type.Literal(type) },
    `applications of type ${type} are about ${what} and cannot be decided here; remove the application`,
  );
}

/** Types of applications that nobody could ask Postern about. */
export const UNSUPPORTED_TYPES: readonly Unsupported[] = [
  unsupportedType("app_launcher", "Cloudflare's App Launcher"),
  unsupportedType("warp", "devices that enrol with Cloudflare"),
  unsupportedType("biso", "Cloudflare's isolated browser"),
  unsupportedType("dash_sso", "Cloudflare's dashboard"),
  unsupportedType("infrastructure", "SSH through Cloudflare's network"),
  unsupportedType("rdp", "RDP in Cloudflare's browser client"),
  unsupportedType("mcp", "servers behind Cloudflare's MCP portal"),
  unsupportedType("mcp_portal", "Cloudflare's MCP portal"),
  unsupportedType("proxy_endpoint", "proxy endpoints of Cloudflare Gateway"),
  unsupportedType("end_user", "Cloudflare's pages for end users"),
];

export const UNSUPPORTED_POSTURE_TYPES: readonly Unsupported[] = [
  unsupported(
    "type",
    { type: Type.Literal("uptycs") },
    "Cloudflare has no posture rule for Uptycs, so that nothing says who passes; remove the rule",
  ),
];

/** Takes down everything unsupported that the object at `at` asks for; true where there is nothing. */
export function refuseUnsupported(at: Cursor, features: readonly Unsupported[]): boolean {
  const asked = features.filter((feature) => feature.asked.Check(at.value));
  for (const { key, message } of asked) at.at(key).report(message);
  return asked.length === 0;
}
