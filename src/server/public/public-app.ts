import { Elysia } from "elysia";
import { errorHandling } from "../errors.ts";
import { type DenialRouteOptions, denialRoute } from "./denial-route.ts";
import { evaluateRoute } from "./evaluate-route.ts";
import type { AnswerEvaluation } from "./evaluation.ts";
import { type KeysDocument, keysRoute } from "./keys-route.ts";
import { type PostureEndpoint, postureRoute } from "./posture-route.ts";

/** External Evaluation. */
export interface EvaluationRoutes {
  readonly answerEvaluation: AnswerEvaluation;
  readonly evaluationKeys: () => KeysDocument;
}

export interface PublicAppOptions {
  /** Null where nobody could ask. */
  readonly evaluation: EvaluationRoutes | null;
  /** Keys of the signed verdicts; null where none are signed. */
  readonly verdictKeys: (() => KeysDocument) | null;
  /** Scores of devices, by name. */
  readonly posture: ReadonlyMap<string, PostureEndpoint>;
  /** Pages of denials; null where no proxy asks. */
  readonly denials: Omit<DenialRouteOptions, "onFailure"> | null;
  readonly onFailure: (error: unknown) => void;
}

/** The public listener: protocols that authenticate their callers themselves. */
export function createPublicApp({ evaluation, verdictKeys, posture, denials, onFailure }: PublicAppOptions) {
  // Without `standardHostname: false` a short Host header shifts where Elysia looks for the path.
  const app = new Elysia({ handler: { standardHostname: false }, normalize: false })
    .use(errorHandling(onFailure))
    .use(postureRoute(posture));
  if (denials !== null) app.use(denialRoute({ ...denials, onFailure }));
  if (verdictKeys !== null) app.use(keysRoute(["/.well-known/jwks.json"], verdictKeys));
  if (evaluation === null) return app;
  const { answerEvaluation, evaluationKeys } = evaluation;
  return app.use(evaluateRoute(answerEvaluation)).use(keysRoute(["/keys", "/keys/"], evaluationKeys));
}
