import type { Clock } from "../../clock.ts";
import { TokenError } from "../../token/token-error.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import { Recent } from "../decision/recent.ts";

/** A token is verified again after that, for its key may have been withdrawn. */
const VERIFIED_FOR_MS = 60_000;
const KEPT_AT_MOST = 10_000;

/** What became of a token: `unavailable` where the keys of its issuer cannot be had. */
export type Verification<T> =
  | { readonly state: "verified"; readonly token: T }
  | { readonly state: "refused" }
  | { readonly state: "unavailable" };

/** Milliseconds until it has to be known who asks; keys that come later count as unavailable. */
export type LeftMs = () => number;

/** Verifies a token for what `scope` stands for, unless it has just been. Only what held is remembered. */
export type VerifyOnce<T> = (
  scope: string,
  token: string,
  leftMs: LeftMs,
  verify: () => Promise<T>,
) => Promise<Verification<T>>;

export interface VerifyOnceOptions {
  readonly clock: Clock;
  /** Milliseconds that never go back. */
  readonly monotonic: Clock;
}

interface Kept<T> {
  /** As it is handed out. */
  readonly verification: Promise<Verification<T>>;
  readonly keptAt: number;
  /** Seconds since the epoch. */
  readonly exp: number;
}

export function createVerifyOnce<T extends { readonly claims: { readonly exp: number } }>({
  clock,
  monotonic,
}: VerifyOnceOptions): VerifyOnce<T> {
  // By scope first: tokens are long, and to put something before them would be to copy them.
  const scopes = new Map<string, Recent<Kept<T>>>();

  function recentOf(scope: string): Recent<Kept<T>> {
    const before = scopes.get(scope);
    if (before !== undefined) return before;
    const recent = new Recent<Kept<T>>(KEPT_AT_MOST);
    scopes.set(scope, recent);
    return recent;
  }

  async function verifyAnew(
    recent: Recent<Kept<T>>,
    token: string,
    leftMs: LeftMs,
    verify: () => Promise<T>,
  ): Promise<Verification<T>> {
    try {
      const verified = await withDeadline(verify(), leftMs());
      const verification: Verification<T> = { state: "verified", token: verified };
      const { exp } = verified.claims;
      recent.set(token, { verification: Promise.resolve(verification), keptAt: monotonic(), exp });
      return verification;
    } catch (error) {
      if (error instanceof DeadlineError) return { state: "unavailable" };
      if (!(error instanceof TokenError)) throw error;
      return { state: error.code === "keys_unavailable" ? "unavailable" : "refused" };
    }
  }

  return (scope, token, leftMs, verify) => {
    const recent = recentOf(scope);
    const kept = recent.get(token);
    const holds =
      kept !== undefined && monotonic() - kept.keptAt < VERIFIED_FOR_MS && clock() < kept.exp * 1_000;
    return holds ? kept.verification : verifyAnew(recent, token, leftMs, verify);
  };
}
