import { asRecord, isMissing } from "./json-value.ts";

/** What identity providers call it; `xms_edov` is Entra's word for an address whose domain was verified. */
const CLAIMS = ["email_verified", "xms_edov"] as const;
const YES: ReadonlySet<unknown> = new Set([true, 1, "true", "True", "1"]);

/**
 * Whether an identity says of its address that it is not verified: anybody could have typed it in
 * (nOAuth). An answer that is not a clear yes is a no; a provider that says nothing has not said so.
 */
export function isUnverified(identity: Readonly<Record<string, unknown>>): boolean {
  return [identity, identity.oidc_fields, identity.custom].some((fields) =>
    CLAIMS.some((claim) =>
      [asRecord(fields)?.[claim]].flat().some((said) => !isMissing(said) && !YES.has(said)),
    ),
  );
}
