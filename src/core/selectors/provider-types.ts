import type { IdentityProvider, Selector } from "../model.ts";

/** The types of identity providers that a selector is about, whichever of them its rule names. */
const PROVIDER_TYPES: { readonly [S in Selector]?: readonly string[] } = {
  azureAD: ["azureAD"],
  auth_context: ["azureAD"],
  okta: ["okta"],
  gsuite: ["google-apps", "google"],
  "github-organization": ["github"],
};

/**
 * Ids of the identity providers whose logins a selector is not about. Who may name a group of theirs
 * (anybody may found an organization at GitHub) must not pass for a member of another's.
 */
export function findForeignIdps(selector: Selector, idps: readonly IdentityProvider[]): ReadonlySet<string> {
  const types = PROVIDER_TYPES[selector];
  return new Set(idps.filter(({ type }) => types?.includes(type) === false).map(({ id }) => id));
}
