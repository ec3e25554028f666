import { isFactName } from "../core/attribute-codec.ts";
import type { IdpAttributeName, Plugin } from "../plugin.ts";
import { findOwnSchemaFault } from "./find-own-schema-fault.ts";

const IDP_ATTRIBUTES: ReadonlySet<string> = new Set<IdpAttributeName>([
  "identity.groups",
  "identity.saml_attributes",
  "identity.oidc_claims",
  "identity.authentication_contexts",
]);
const ASSERTED =
  /^(?:identity\.(?:subject|login_method(?:_type)?)|network\.ip|device\.(?:id|asserted_posture)|credential\..*|own\..*)$/;
const NEEDABLE = /^(?:identity\.(?:subject|email)|(?:network|device|own)\.[^:]+)$/;
const OWN_NAME = /^own\.\w+(?:[.-]\w+)*$/;

/** What is wrong with a plugin's description that the compiler would have refused; null where nothing is. */
export function findPluginFault({ name, provides, needs, attributes, idp }: Plugin): string | null {
  const own = Object.keys(attributes);
  if (!/^[a-z][\w.-]*$/.test(name)) return "its name must be lower-case letters, digits and . _ -";
  if (provides.length + own.length === 0) return "provides nothing";
  const misnamed = own.find((attribute) => !OWN_NAME.test(attribute));
  if (misnamed !== undefined) return "attributes of its own must be named own.NAME";
  for (const [attribute, schema] of Object.entries(attributes)) {
    const fault = findOwnSchemaFault(schema);
    if (fault !== null) return `${attribute}: ${fault}`;
  }
  const strange = provides.find((attribute) => !isProvidable(attribute));
  if (strange !== undefined) return `provides ${strange}, which no plugin can provide`;
  const unneedable = needs.find((need) => !NEEDABLE.test(need) || !isFactName(need));
  if (unneedable !== undefined) return `needs ${unneedable}, which no plugin can ask for`;
  const bound = provides.find((attribute) => IDP_ATTRIBUTES.has(attribute));
  return bound !== undefined && idp === null
    ? `provides ${bound} without naming the identity provider that it is of`
    : null;
}

function isProvidable(name: string): boolean {
  if (ASSERTED.test(name) || name.includes(":")) return false;
  return isFactName(name) || isFactName(`${name}:key`);
}
