import type { Config } from "../../config/config.ts";
import type { ProvidedAttributes } from "../../core/lint/provided-attributes.ts";
import type { DescribedProvider } from "../../pip/described-provider.ts";
import type { Registry } from "../../pip/registry.ts";

/** What Access can assert of a request in the token that it sends to `/evaluate`. */
export const ASSERTED_BY_ACCESS = [
  "identity.subject",
  "identity.email",
  "identity.login_method",
  "identity.login_method_type",
  "identity.authentication_methods",
  "identity.authentication_contexts",
  "identity.groups",
  "identity.saml_attributes",
  "identity.oidc_claims",
  "credential.service_token",
  "credential.certificate",
  "network.ip",
  "network.country",
  "device.id",
  "device.warp",
  "device.gateway",
  "device.asserted_posture",
] as const;

/** What Access and the plugins provide; null where there are proxies, of whose requests that is not known here. */
export function attributesProvidedBy(
  { access, proxies }: Config,
  { providers }: Pick<Registry<DescribedProvider>, "providers">,
): ProvidedAttributes | null {
  if (access === null || proxies.length > 0) return null;
  const provided = providers.flatMap(({ plugin }) => [...plugin.provides, ...Object.keys(plugin.attributes)]);
  return new Set([...ASSERTED_BY_ACCESS, ...provided]);
}
