import type { Clock } from "../../clock.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { evaluate } from "../../core/evaluate.ts";
import { type Facts, unknown } from "../../core/fact.ts";
import type { PolicyDirectory } from "../../core/policy-directory.ts";
import type { DecisionReason } from "../../core/reason.ts";
import type { Gatherer } from "../../pip/gather.ts";
import { ACCESS, factsOfIdentity } from "../../session/access-identity.ts";
import type { Store } from "../../store/store.ts";
import type { AccessVerifier, VerifiedToken } from "../../token/access-verifier.ts";
import type { EvaluationClaims } from "../../token/claims.ts";
import { TokenError } from "../../token/token-error.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import { createLoginJudge, type JudgedLogin } from "./judge-login.ts";
import { type Claimed, claimAnswer } from "./replay.ts";

/** What a caller of External Evaluation is told. Only `answered` is signed. */
export type EvaluationReply =
  | { readonly kind: "answered"; readonly token: string; readonly success: boolean }
  | {
      readonly kind: "refused" | "unknown_application" | "overloaded" | "failed";
      readonly message: string;
    };

/** A decision about a call, as it is logged and counted. */
export interface EvaluationRecord {
  readonly id: string;
  /** Whether the same call was answered before, and so is answered in the same way. */
  readonly repeated: boolean;
  readonly application: CompiledApplication;
  readonly decision: Decision;
  readonly revision: string;
  readonly facts: Facts;
  readonly now: number;
  readonly ms: number;
}

export interface EvaluationOptions {
  readonly policies: () => PolicyDirectory;
  readonly verifier: Pick<AccessVerifier, "verifyEvaluation">;
  readonly store: Store;
  /** Brings what Access does not say. */
  readonly gatherer: Gatherer;
  /** The team domain. */
  readonly team: string;
  /** Signs the answer to a question; `answeredAt` is milliseconds since the epoch. Throws `TokenError`. */
  readonly sign: (
    question: VerifiedToken<EvaluationClaims>,
    success: boolean,
    answeredAt: number,
  ) => Promise<string>;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly maxConcurrent: number;
  /** Writes a decision down; it is answered once that is done. */
  readonly onDecision: (record: EvaluationRecord) => Promise<void>;
  /** Hears of what should not happen. */
  readonly onFailure: (error: unknown) => void;
}

/** External Evaluation: answers `token`, which Access posted for `application` (null: the only one). Never throws. */
export type AnswerEvaluation = (application: string | null, token: string) => Promise<EvaluationReply>;

const OVERLOADED: EvaluationReply = {
  kind: "overloaded",
  message: "too many evaluations at once; ask again",
};

/** Left of the deadline for remembering and signing. */
const RESERVE_MS = 100;

export function createEvaluation(options: EvaluationOptions): AnswerEvaluation {
  const { policies, verifier, store, sign, clock, deadlineMs, maxConcurrent } = options;
  const judge = createLoginJudge(options);
  let concurrent = 0;

  async function answer(name: string | null, token: string): Promise<EvaluationReply> {
    const startedAt = performance.now();
    const verified = await withDeadline(verifier.verifyEvaluation(token), deadlineMs);
    const directory = policies();
    const application = name === null ? directory.only : directory.findByName(name);
    if (application === null) return { kind: "unknown_application", message: unknownApplication(name) };
    const id = crypto.randomUUID();
    const now = clock();
    const { identity, iat } = verified.claims;
    const askedAt = iat === undefined ? now : iat * 1000;
    // One that is dated ahead of our clock is as old as our clock.
    const asserted = withKnownClient(factsOfIdentity(identity, Math.min(askedAt, now)), directory);
    const leftMs = () => deadlineMs - (performance.now() - startedAt);
    const gatherMs = Math.max(leftMs() - RESERVE_MS, 0);
    const call = { directory, application, identity, facts: asserted, askedAt, now, gatherMs };
    const judged = await withDeadline(judge(call), leftMs()).catch(failureOf);
    const settled =
      typeof judged === "string"
        ? judged
        : await withDeadline(settle(verified, application, judged, id, now), leftMs()).catch(failureOf);
    if (settled === "nonce_reused")
      return { kind: "refused", message: "the nonce was used by another token" };
    const { decision, facts } =
      typeof judged === "string"
        ? { decision: evaluate(application, asserted, now), facts: asserted }
        : judged;
    const failed = typeof settled === "string";
    const given = failed ? { id, success: false, answeredAt: now } : settled.answer;
    const signed = await sign(verified, given.success, given.answeredAt);
    await options.onDecision({
      id: given.id,
      repeated: !failed && settled.repeated,
      application,
      decision: given.success ? decision : asDenial(decision, failed ? settled : "answered_before"),
      revision: directory.revision,
      facts,
      now,
      ms: performance.now() - startedAt,
    });
    return { kind: "answered", token: signed, success: given.success };
  }

  /** Claims the answer and remembers the login, in one round trip. */
  async function settle(
    { claims, claimsHash, kid }: VerifiedToken<EvaluationClaims>,
    { application }: CompiledApplication,
    { decision, basis, remember }: JudgedLogin,
    id: string,
    now: number,
  ): Promise<Claimed> {
    const expiresAt = claims.exp * 1000;
    const call = { application: application.id, kid, nonce: claims.nonce, claimsHash, expiresAt };
    const answered = { claimsHash, id, success: decision.outcome === "permit", answeredAt: now, basis };
    const [claimed] = await Promise.all([claimAnswer(store, call, answered), remember()]);
    return claimed;
  }

  return async (application, token) => {
    if (concurrent >= maxConcurrent) return OVERLOADED;
    concurrent++;
    try {
      return await answer(application, token);
    } catch (error) {
      if (isFault(error)) options.onFailure(error);
      return replyTo(error);
    } finally {
      concurrent--;
    }
  };
}

/** A service token counts only where the policies have it, though Access has verified it. */
function withKnownClient(facts: Facts, { serviceTokens }: PolicyDirectory): Facts {
  const client = facts["credential.service_token"];
  if (client?.state !== "known" || serviceTokens.has(client.value)) return facts;
  return { ...facts, "credential.service_token": unknown("broken_reference", ACCESS) };
}

type Failure = Extract<DecisionReason, "store_unavailable" | "deadline_exceeded">;

/** Whatever keeps an answer from being remembered keeps it from being a permit. */
function failureOf(error: unknown): Failure {
  return error instanceof DeadlineError ? "deadline_exceeded" : "store_unavailable";
}

/** The decision, where it is a denial; else one for `reason`. */
function asDenial(decided: Decision, reason: Failure | "answered_before"): Decision {
  return decided.outcome === "deny"
    ? decided
    : { outcome: "deny", reason, policy: null, effect: null, cause: "unknown" };
}

/** Nothing that a caller could bring about, and fill the log with. */
function isFault(error: unknown): boolean {
  return error instanceof TokenError ? error.code === "signer_failed" : !(error instanceof DeadlineError);
}

function replyTo(error: unknown): EvaluationReply {
  if (!(error instanceof TokenError)) return { kind: "failed", message: "the token could not be evaluated" };
  const { code, message } = error;
  if (code === "signer_busy") return OVERLOADED;
  return { kind: code === "keys_unavailable" || code === "signer_failed" ? "failed" : "refused", message };
}

function unknownApplication(name: string | null): string {
  return name === null
    ? "name the application in the path: /evaluate/<application>"
    : "there is no application of that name or id, or more than one";
}
