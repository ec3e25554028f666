import { parseEmail } from "../../core/email.ts";
import { type Facts, known, type Provenance, unknown } from "../../core/fact.ts";
import type { TokenClaims } from "../access-claims.ts";
import { readGroups } from "../access-groups.ts";
import { readClaims } from "../access-identity.ts";
import { isUnverified } from "../email-verification.ts";
import { asRecord, readText, readTexts } from "../json-value.ts";

/** The claims of a verified bearer token. Times are seconds since the epoch. */
export interface BearerClaims extends Readonly<Record<string, unknown>> {
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

/** Which claims of an issuer's tokens say what. */
export interface ClaimNames {
  readonly email: string;
  readonly groups: string;
  /** Null where its tokens name no device. */
  readonly device: string | null;
}

/** The identity provider that an issuer stands for, as the policies know it. */
export interface BearerProvider {
  readonly id: string;
  readonly type: string;
}

/** A person by their bearer token, in the terms of sessions. */
export interface Bearer {
  readonly claims: TokenClaims;
  readonly facts: Facts;
  /** When they logged in (`auth_time`; OpenID Connect Core, 2), milliseconds since the epoch; null where it is not said. */
  readonly loginAt: number | null;
}

/**
 * What a bearer token says of a person and their device. A token says what its issuer puts into it: it
 * proves what is there, and nothing of what is not.
 */
export function readBearer(
  issuer: string,
  claims: BearerClaims,
  names: ClaimNames,
  provider: BearerProvider | null,
  now: number,
): Bearer {
  const { sub, iat, exp } = claims;
  // A subject is one of its issuer's only (OpenID Connect Core, 2).
  const subject = `${issuer}#${sub}`;
  const learntAt = Math.min(iat * 1_000, now);
  const from: Provenance = { source: issuer, learntAt, expiresAt: exp * 1_000 };
  const email = isUnverified({ oidc_fields: claims }) ? null : parseEmail(claims[names.email]);
  const device = names.device === null ? null : readText(claims[names.device]);
  const groups = readGroups(asList(claims[names.groups]), provider?.type ?? "");
  const methods = readTexts(claims.amr);
  const contexts = readTexts(claims.acrs);
  const values = readClaims(asRecord(claims), from);
  const { auth_time: loginAt } = claims;
  return {
    // A token is issued after its login.
    loginAt: Number.isSafeInteger(loginAt) ? Math.min(Number(loginAt), iat) * 1_000 : null,
    claims: {
      sub: subject,
      iat,
      exp,
      ...(email === null ? {} : { email: email.address }),
      ...(device === null ? {} : { device_id: device }),
    },
    facts: {
      "identity.subject": known(subject, from),
      "identity.oidc_claims": values.state === "known" ? { ...values, complete: false } : values,
      "device.id": device === null ? unknown("no_device", issuer) : known(device, from),
      ...(email === null ? {} : { "identity.email": known(email, from) }),
      ...(provider === null
        ? {}
        : {
            "identity.login_method": known(provider.id, from),
            "identity.login_method_type": known(provider.type, from),
          }),
      ...(groups === null ? {} : { "identity.groups": known(groups, from, false) }),
      ...(methods === null ? {} : { "identity.authentication_methods": known(methods, from, false) }),
      ...(contexts === null ? {} : { "identity.authentication_contexts": known(contexts, from, false) }),
    },
  };
}

/** Some issuers write a single group as a text. */
function asList(value: unknown): unknown {
  return typeof value === "string" ? [value] : value;
}
