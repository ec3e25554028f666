import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { ACCESS_ONLY } from "../../src/server/decision/access-only.ts";
import {
  createEvaluation,
  type EvaluationRecord,
  type EvaluationReply,
} from "../../src/server/public/evaluation.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { createAccessVerifier } from "../../src/token/access-verifier.ts";
import { policySetOf } from "../policies/support.ts";
import {
  createTestVerifier,
  edgeKey,
  evaluationClaims,
  ISSUER,
  NOW,
  NOW_SECONDS,
  signAccessToken,
} from "../token/access-team.ts";

/** Postern as Access calls it, with everything but the network. */
export interface Edge {
  /** Posts `token` for an application. */
  post(token: string, application?: string): Promise<EvaluationReply>;
  /** Posts what Access would say of `identity`, and gives the decision that came of it. */
  decide(identity: object, claims?: object): Promise<EvaluationRecord>;
  /** Puts other policies in force. */
  reload(policies: string): void;
  /** Moves the time on. */
  pass(ms: number): void;
  readonly store: Store;
}

/** Answers are signed as a text that shows them: `true at 1700000000000`. */
export async function createEdge(policies: string, ...jwks: readonly unknown[]): Promise<Edge> {
  let directory = createPolicyDirectory(policySetOf(policies));
  let now = NOW;
  const clock = () => now;
  const store = await openStore("memory:", { clock });
  const { keys } = createTestVerifier(edgeKey.jwk, ...jwks);
  const records: EvaluationRecord[] = [];
  const answer = createEvaluation({
    policies: () => directory,
    verifier: createAccessVerifier({ keys, issuer: ISSUER, evaluationAudiences: null, clock }),
    store,
    gatherer: ACCESS_ONLY,
    team: ISSUER,
    sign: async (_, success, answeredAt) => `${success} at ${answeredAt}`,
    clock,
    deadlineMs: 60_000,
    maxConcurrent: 10,
    onDecision: async (record) => void records.push(record),
    onFailure(error) {
      throw error;
    },
  });
  return {
    store,
    post: (token, application) => answer(application ?? null, token),
    async decide(identity, claims = {}) {
      const nonce = crypto.randomUUID();
      const dated = { iat: NOW_SECONDS, ...identity };
      await answer(null, await signAccessToken(evaluationClaims({ identity: dated, nonce, ...claims })));
      const record = records.pop();
      if (record === undefined) throw new Error("nothing was decided");
      return record;
    },
    reload(text) {
      directory = createPolicyDirectory(policySetOf(text));
    },
    pass(ms) {
      now += ms;
    },
  };
}
