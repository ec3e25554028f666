import type { Config } from "../config/config.ts";
import type { EvaluationResult } from "../observe/metrics.ts";
import {
  type AnswerEvaluation,
  createEvaluation,
  type EvaluationReply,
} from "../server/public/evaluation.ts";
import type { EvaluationRoutes } from "../server/public/public-app.ts";
import type { AccessKeys } from "../token/access-keys.ts";
import { type AccessVerifier, createAccessVerifier } from "../token/access-verifier.ts";
import { signEvaluationAnswer } from "../token/evaluation-answer.ts";
import type { Answering } from "./lasting.ts";

/** What answers External Evaluation, and the keys of the team that asks. */
export interface Evaluation {
  readonly accessKeys: AccessKeys;
  readonly verifier: AccessVerifier;
  readonly routes: EvaluationRoutes;
}

/** External Evaluation: null where no team is configured, for then nobody could ask. Throws `TokenError`. */
export async function composeEvaluation(
  config: Config,
  parts: Answering,
  opened: AsyncDisposableStack,
): Promise<Evaluation | null> {
  const { access, evaluate } = config;
  if (access === null) return null;
  const { clock, metrics, policies, store, gatherer, logDecision, onFailure } = parts;
  const accessKeys = parts.keySources.open({ certsUrl: access.certsUrl }, opened);
  const ring = await parts.rings.open("evaluation");
  const verifier = createAccessVerifier({
    keys: accessKeys,
    issuer: access.teamDomain,
    evaluationAudiences: evaluate.audience.length === 0 ? null : evaluate.audience,
    evaluationLifetimeMs: evaluate.maxTokenLifetimeMs,
    clock,
  });
  const answer = createEvaluation({
    policies: () => policies.current(),
    verifier,
    store,
    gatherer,
    team: access.teamDomain,
    sign: (question, success, answeredAt) => signEvaluationAnswer(ring, question, success, answeredAt),
    clock,
    deadlineMs: evaluate.deadlineMs,
    maxConcurrent: evaluate.maxConcurrentSignatures,
    onFailure,
    onDecision(record) {
      const { application, requirements } = record.application;
      metrics.recordDecision(application, record.decision, record.ms / 1000);
      metrics.recordFacts(record.facts, requirements, record.now);
      const isLogin = record.facts["identity.subject"]?.state === "known" && !record.repeated;
      if (isLogin) metrics.recordLogin(record.decision.outcome === "permit");
      return logDecision({ ...record, application, used: requirements });
    },
  });
  const answerEvaluation: AnswerEvaluation = async (application, token) => {
    const reply = await answer(application, token);
    metrics.recordEvaluation(resultOf(reply));
    return reply;
  };
  return { accessKeys, verifier, routes: { answerEvaluation, evaluationKeys: () => ring.jwks() } };
}

function resultOf(reply: EvaluationReply): EvaluationResult {
  if (reply.kind === "answered") return reply.success ? "permit" : "deny";
  return reply.kind === "refused" ? "invalid_token" : reply.kind;
}
