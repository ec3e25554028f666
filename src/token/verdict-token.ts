import type { KeyRing } from "./key-ring.ts";

/** What a signed verdict says. Times are seconds since the epoch. */
export interface VerdictClaims {
  readonly iss: string;
  /** Id of the application. */
  readonly aud: string;
  /** The person, or the client id of a service token; `-` for nobody. */
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly decision: "permit";
  readonly effect: string | null;
  /** Id of the policy that permitted. */
  readonly policy: string | null;
  /** Revision of the policies. */
  readonly rev: string;
  /** Age in seconds of the oldest fact that is watched, as of `iat`. */
  readonly fresh: number;
  /** The request that it is for; without them it is for the application. */
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
}

/** Signs a verdict: a JWT (RFC 7519) of type `verdict+jwt`, so that it is taken for no other. Throws `TokenError`. */
export function signVerdict(ring: Pick<KeyRing, "sign">, claims: VerdictClaims): Promise<string> {
  return ring.sign({ ...claims }, { typ: "verdict+jwt" });
}
