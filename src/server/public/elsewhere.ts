import type { Application } from "../../core/model.ts";

/** The operator's own page of a denial: another one where it was not who the person is that kept them out. */
export function elsewhereOf(
  { customDenyUrl, customNonIdentityDenyUrl }: Application,
  isOfPerson: boolean,
): string | null {
  return isOfPerson ? customDenyUrl : (customNonIdentityDenyUrl ?? customDenyUrl);
}
