import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Store } from "../../store/store.ts";

/** What one verified call is recognised by. Two calls with the same claims are one call, repeated. */
export interface Call {
  readonly application: string;
  readonly kid: string;
  readonly nonce: string;
  /** Hash of the token's claims. */
  readonly claimsHash: string;
  /** When its token expires; milliseconds since the epoch. */
  readonly expiresAt: number;
}

const Answered = Type.Object(
  {
    claimsHash: Type.String(),
    /** Id of the decision. */
    id: Type.String(),
    success: Type.Boolean(),
    /** Milliseconds since the epoch. */
    answeredAt: Type.Number(),
    /** What it rests on: the revision of the policies, and revocations. */
    basis: Type.String(),
  },
  { additionalProperties: false },
);

/** The answer that a call was given. */
export type Answered = Static<typeof Answered>;
const ANSWERED = TypeCompiler.Compile(Answered);

/** What became of a call: answered now, answered before in the same way, or refused. */
export type Claimed = { readonly answer: Answered; readonly repeated: boolean } | "nonce_reused";

/** How long an answer is repeated: as long as its signature lives. Milliseconds. */
const ANSWER_LIFETIME_MS = 60_000;

/**
 * Claims `call` for `answer` before it is given, atomically in the store. The same call gets the same
 * answer while that lives, unless what it rests on has changed or a permit has become a denial; the same nonce with other claims is refused.
 * Throws `StoreError` when the store cannot be reached.
 */
export async function claimAnswer(store: Store, call: Call, answer: Answered): Promise<Claimed> {
  const key = ["evaluated", call.application, call.kid, call.nonce] as const;
  const { claimed, value } = await store.claim(key, JSON.stringify(answer), call.expiresAt);
  if (claimed) return { answer, repeated: false };
  const before: unknown = JSON.parse(value);
  if (!ANSWERED.Check(before) || before.claimsHash !== call.claimsHash) return "nonce_reused";
  const lives = answer.answeredAt < before.answeredAt + ANSWER_LIFETIME_MS;
  // A permit is not repeated to whom it would no longer be given.
  const holds = answer.success || !before.success;
  if (lives && holds && before.basis === answer.basis) return { answer: before, repeated: true };
  await store.set(key, JSON.stringify(answer), call.expiresAt);
  return { answer, repeated: false };
}
