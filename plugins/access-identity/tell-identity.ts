import { partial } from "../../src/plugin.ts";
import type { IdentityClaims, IdentityGroup } from "./identity.ts";

/** What rules for a type of identity provider tell its groups by; for all others it is the name. */
const TOLD_BY: ReadonlyMap<string, "id" | "email"> = new Map([
  ["azureAD", "id"],
  ["google-apps", "email"],
  ["google", "email"],
]);

/** Groups by each of their names; undefined where one lacks what rules tell it by, and so could be any. */
export function tellGroups(groups: readonly IdentityGroup[], idpType: string) {
  const told = TOLD_BY.get(idpType) ?? "name";
  const named = groups.map((group) => (typeof group === "string" ? { [told]: group } : group));
  if (named.some((group) => group[told] === undefined)) return undefined;
  const fold = (text: string) => text.toLowerCase();
  const names = textsOf(named.map(({ name }) => name));
  return {
    ids: textsOf(named.map(({ id }) => id)),
    names: idpType === "github" ? names.map(fold) : names,
    emails: textsOf(named.map(({ email }) => email)).map(fold),
  };
}

/** Claims with all of their values; a part of them where a value is of a kind that no rule compares. */
export function tellClaims(claims: IdentityClaims) {
  let isWhole = true;
  const entries = Object.entries(claims).map(([name, claim]) => {
    const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
    const given = values.filter((value) => value !== null);
    const texts = given.filter(isScalar).map(String);
    if (texts.length < given.length) isWhole = false;
    return [name, texts] as const;
  });
  const told = Object.fromEntries(entries);
  return isWhole ? told : partial(told);
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

function textsOf(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined);
}
