import { definePlugin, t } from "../../src/plugin.ts";
import { ApiUrl, Secret } from "../support/config.ts";
import { createEvaluator } from "./evaluator.ts";
import { importSigningKey } from "./signing-key.ts";

const PREFIX = "identity.external_evaluation:";

/** Asks other evaluators as Access does: for rules of the selector `external_evaluation`. */
export default definePlugin({
  name: "external-evaluation",
  provides: ["identity.external_evaluation"],
  needs: ["identity.subject", "identity.email", "network.ip"],
  config: t.Object({
    private_key: { ...Secret, description: "PKCS#8 in PEM: an RSA key that questions are signed with." },
    evaluators: t.Array(t.Object({ evaluate_url: ApiUrl, keys_url: ApiUrl }), { minItems: 1 }),
  }),
  async setup({ private_key, evaluators }, host) {
    const key = await importSigningKey(private_key);
    const byUrl = new Map(
      evaluators.map(({ evaluate_url, keys_url }) => [
        evaluate_url,
        createEvaluator({ evaluateUrl: evaluate_url, keysUrl: keys_url, key }, host),
      ]),
    );
    return {
      async resolve(subject, wanted, signal) {
        const identity = {
          email: subject["identity.email"],
          user_uuid: subject["identity.subject"],
          ip: subject["network.ip"],
        };
        const asked = wanted.flatMap((name) => {
          const url = name.slice(PREFIX.length);
          const evaluate = byUrl.get(url);
          return evaluate === undefined ? [] : [evaluate(identity, signal).then((is) => [url, is] as const)];
        });
        const outcomes = await Promise.allSettled(asked);
        const answers = outcomes.flatMap((outcome) =>
          outcome.status === "fulfilled" ? [outcome.value] : [],
        );
        const failure = outcomes.find((outcome) => outcome.status === "rejected");
        // One that fails takes nothing from the others; that all fail the host has to know.
        if (failure !== undefined && answers.length === 0) throw failure.reason;
        return { "identity.external_evaluation": Object.fromEntries(answers) };
      },
    };
  },
});
