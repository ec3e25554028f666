import { parseEmail } from "../core/email.ts";
import { type Fact, type Facts, known, type Provenance, unknown } from "../core/fact.ts";
import { readGroups } from "./access-groups.ts";
import { ACCESS, readClaims } from "./access-identity.ts";
import { isUnverified } from "./email-verification.ts";
import { asRecord, readText } from "./json-value.ts";

/** The claims of a verified Access application token that say something. Times are seconds since the epoch. */
export interface TokenClaims {
  readonly exp: number;
  readonly iat?: number;
  readonly sub?: string;
  readonly email?: string;
  readonly common_name?: string;
  readonly device_id?: string;
  readonly custom?: unknown;
}

/**
 * What a token itself says of the person and the device. Access trims its custom claims: they prove what
 * is in them, and nothing of what is not. Its country is where the login came from, not the request.
 */
export function factsOfClaims(claims: TokenClaims, now: number): Facts {
  const issuedAt = claims.iat === undefined ? now : Math.min(claims.iat * 1_000, now);
  const from: Provenance = { source: ACCESS, learntAt: issuedAt, expiresAt: claims.exp * 1_000 };
  const subject = readText(claims.sub);
  const email = isUnverified({ custom: claims.custom }) ? null : parseEmail(claims.email);
  const device = readText(claims.device_id);
  const custom = asRecord(claims.custom);
  return {
    ...(subject === null ? {} : { "identity.subject": known(subject, from) }),
    ...(email === null ? {} : { "identity.email": known(email, from) }),
    ...(custom === null ? {} : customFacts(custom, from)),
    "device.id": device === null ? unknown("no_device", ACCESS) : known(device, from),
  };
}

/** A token without a subject that names a client is a service token's; a certificate's is not taken for one. */
export function serviceTokenOf({ sub, common_name }: TokenClaims): string | null {
  return readText(sub) === null && common_name?.endsWith(".access") === true ? common_name : null;
}

function customFacts(custom: Readonly<Record<string, unknown>>, from: Provenance): Facts {
  const claims = partial(readClaims(custom, from));
  const groups = readGroups(custom.groups, "");
  return {
    "identity.oidc_claims": claims,
    "identity.saml_attributes": claims,
    ...(groups === null ? {} : { "identity.groups": partial(known(groups, from)) }),
  };
}

function partial<T>(fact: Fact<T>): Fact<T> {
  return fact.state === "known" ? { ...fact, complete: false } : fact;
}
