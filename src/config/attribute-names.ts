import type { KeyedAttributeName, PlainAttributeName } from "../core/attribute.ts";
import { showKey } from "./path.ts";
import { suggest } from "./suggest.ts";
import { Refusal } from "./text-schema.ts";

/** Every attribute there is; the compiler proves the list complete. */
const ATTRIBUTES: { readonly [name in PlainAttributeName | KeyedAttributeName]: true } = {
  "identity.subject": true,
  "identity.email": true,
  "identity.login_method": true,
  "identity.login_method_type": true,
  "identity.authentication_methods": true,
  "identity.authentication_contexts": true,
  "identity.groups": true,
  "identity.saml_attributes": true,
  "identity.oidc_claims": true,
  "identity.account_memberships": true,
  "identity.risk_score": true,
  "identity.external_evaluation": true,
  "network.ip": true,
  "network.country": true,
  "credential.service_token": true,
  "credential.certificate": true,
  "credential.linked_app_token": true,
  "device.id": true,
  "device.platform": true,
  "device.serial_number": true,
  "device.unique_client_id": true,
  "device.hostname": true,
  "device.os": true,
  "device.disks": true,
  "device.firewall": true,
  "device.domain": true,
  "device.antivirus_updated_at": true,
  "device.files": true,
  "device.certificates": true,
  "device.warp": true,
  "device.gateway": true,
  "device.asserted_posture": true,
  "device.provider": true,
};

/** The name of an attribute, one that a plugin declared (`own.…`) included. A slip would redact nothing, silently. */
export function parseAttributeName(text: string): string | null {
  if (Object.hasOwn(ATTRIBUTES, text) || /^own\.\w+(?:[.-]\w+)*$/.test(text)) return text;
  const near = suggest(text, Object.keys(ATTRIBUTES));
  if (near) throw new Refusal(`no such attribute; did you mean ${showKey(near)}?`);
  return null;
}
