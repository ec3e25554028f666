import { type BearerProvider, type ClaimNames, readBearer } from "../../session/credentials/bearer-claims.ts";
import type { AccessVerifier, VerifiedToken } from "../../token/access-verifier.ts";
import type { ApplicationClaims } from "../../token/claims.ts";
import type { OidcVerifier, VerifiedBearer } from "../../token/oidc-verifier.ts";
import type { AskToken } from "../decision/decide-request.ts";
import { bearerOf } from "./bearer.ts";
import type { DecisiveHeaders } from "./decisive-headers.ts";
import { createVerifyOnce, type LeftMs, type VerifyOnceOptions } from "./verified-tokens.ts";

/** Who a request is from by its tokens. `unavailable`: it brought one whose keys cannot be had. */
export type FoundPerson =
  | { readonly state: "found"; readonly token: AskToken }
  | { readonly state: "nobody" | "unavailable" | "credential_refused" | "identities_differ" };

/** `leftMs`: what is later than that is `unavailable`. */
export type FindPerson = (
  headers: DecisiveHeaders,
  audience: string | null,
  leftMs: LeftMs,
) => Promise<FoundPerson>;

/** Bearer tokens of OIDC issuers, and what their claims stand for. */
export interface Bearers {
  readonly verifier: OidcVerifier;
  /** Of an issuer that is configured. */
  namesOf(issuer: string): ClaimNames;
  /** The identity provider that an issuer stands for; null where none is named. */
  providerOf(issuer: string): BearerProvider | null;
}

export interface FindPersonOptions extends VerifyOnceOptions {
  /** Null where no team is configured. */
  readonly access: Pick<AccessVerifier, "verifyApplication"> | null;
  readonly bearers: Bearers;
}

const COOKIE = "CF_Authorization";
/** Applications may set it for different paths of one host. */
const MAX_COOKIES = 4;

const NOBODY: FoundPerson = { state: "nobody" };
const NONE: readonly never[] = [];

/**
 * Finds the person by an Access token (header or cookie) or a bearer token. What was sent on purpose must
 * hold; a cookie that does not is none. Two tokens must not name two people.
 */
export function createFindPerson({ access, bearers, ...options }: FindPersonOptions): FindPerson {
  const { clock } = options;
  const verifyAccess = createVerifyOnce<VerifiedToken<ApplicationClaims>>(options);
  const verifyBearer = createVerifyOnce<VerifiedBearer>(options);

  const findByAccess: FindPerson = async (headers, audience, leftMs) => {
    if (access === null || audience === null) return NOBODY;
    const verify = (token: string) =>
      verifyAccess(audience, token, leftMs, () => access.verifyApplication(token, audience));
    const assertion = headers.get("cf-access-jwt-assertion") ?? "";
    const cookies = readCookies(headers.get("cookie"));
    cookies.delete(assertion);
    // All of them at once: they are waited for together.
    const verifyingCookies = cookies.size === 0 ? NONE : Promise.all([...cookies].map(verify));
    let found = NOBODY;
    if (assertion !== "") {
      const [verification] = await Promise.all([verify(assertion), verifyingCookies]);
      if (verification.state !== "verified") return unverified(verification.state);
      found = { state: "found", token: verification.token };
    }
    for (const verification of await verifyingCookies) {
      if (verification.state === "refused") continue;
      if (verification.state === "unavailable") return unverified(verification.state);
      found = reconcile(found, { state: "found", token: verification.token }, isSameSubject);
    }
    return found;
  };

  async function findByBearer(headers: DecisiveHeaders, leftMs: LeftMs): Promise<FoundPerson> {
    const token = bearerOf(headers);
    // That of somebody else belongs to the application behind.
    if (token === null || !bearers.verifier.concerns(token)) return NOBODY;
    const verification = await verifyBearer("", token, leftMs, () => bearers.verifier.verify(token));
    if (verification.state !== "verified") return unverified(verification.state);
    const { issuer, claims, claimsHash } = verification.token;
    const bearer = readBearer(issuer, claims, bearers.namesOf(issuer), bearers.providerOf(issuer), clock());
    return {
      state: "found",
      token: {
        claims: bearer.claims,
        claimsHash,
        bearer: { issuer, facts: bearer.facts, loginAt: bearer.loginAt },
      },
    };
  }

  const findByBoth: FindPerson = async (headers, audience, leftMs) => {
    const findings = [findByAccess(headers, audience, leftMs), findByBearer(headers, leftMs)] as const;
    const [byAccess, byBearer] = await Promise.all(findings);
    return reconcile(byAccess, byBearer, isSameAddress);
  };

  return (headers, audience, leftMs) =>
    (headers.has("authorization") ? findByBoth : findByAccess)(headers, audience, leftMs);
}

function unverified(state: "refused" | "unavailable"): FoundPerson {
  return { state: state === "refused" ? "credential_refused" : "unavailable" };
}

/** Of two findings the first, unless they speak of different people or one of them must not be passed over. */
function reconcile(
  one: FoundPerson,
  other: FoundPerson,
  isSame: (one: AskToken, other: AskToken) => boolean,
): FoundPerson {
  for (const finding of [one, other]) {
    if (finding.state === "credential_refused" || finding.state === "identities_differ") return finding;
  }
  for (const finding of [one, other]) if (finding.state === "unavailable") return finding;
  if (one.state !== "found") return other;
  if (other.state !== "found") return one;
  return isSame(one.token, other.token) ? one : { state: "identities_differ" };
}

function isSameSubject({ claims }: AskToken, { claims: other }: AskToken): boolean {
  return claims.sub === other.sub && claims.common_name === other.common_name;
}

/** Two issuers have no id of a person in common. */
function isSameAddress({ claims }: AskToken, { claims: other }: AskToken): boolean {
  return claims.email !== undefined && claims.email.toLowerCase() === other.email?.toLowerCase();
}

/** The values of the cookie of Access, without repetitions. */
function readCookies(header: string | undefined): Set<string> {
  const values = new Set<string>();
  if (header?.includes(COOKIE) !== true) return values;
  for (const pair of header.split(";")) {
    const [name = "", value = ""] = splitOnce(pair.trim());
    if (name === COOKIE && value !== "" && values.size < MAX_COOKIES) values.add(value);
  }
  return values;
}

function splitOnce(pair: string): readonly [string, string] {
  const at = pair.indexOf("=");
  return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}
