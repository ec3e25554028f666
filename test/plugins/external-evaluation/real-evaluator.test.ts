import { afterAll, beforeAll, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint, exportJWK } from "jose";
import externalEvaluation from "../../../plugins/external-evaluation/index.ts";
import { keyedFact } from "../../../src/core/attribute.ts";
import { start } from "../../pip/rig.ts";
import { playAccess } from "../../support/played-access.ts";
import { TEAM_POLICIES } from "../../support/team-policies.ts";
import { TestService } from "../../support/test-service.ts";
import { certsResponse, NOW } from "../../token/access-team.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });

let evaluator: TestService;
beforeAll(async () => {
  const jwk = await exportJWK(publicKey);
  const access = playAccess();
  const kid = await calculateJwkThumbprint(jwk);
  access.respond = () => certsResponse({ ...jwk, kid, alg: "RS256", use: "sig" });
  evaluator = await TestService.start(TEAM_POLICIES, { access });
});
afterAll(() => evaluator.stop());

test.each([
  ["ada@example.com", true],
  ["mallory@example.com", false],
  ["ada@example.net", false],
])("another Postern is asked about %s, and says so: %p", async (email, value) => {
  const url = evaluator.urlOf("public");
  const evaluateUrl = `${url}/evaluate/wiki`;
  const provider = await start(externalEvaluation, {
    clock: () => NOW,
    config: {
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      evaluators: [{ evaluate_url: evaluateUrl, keys_url: `${url}/keys` }],
    },
  });
  const subject = { "identity.subject": `of ${email}`, "identity.email": email, "network.ip": "192.0.2.1" };
  const name = keyedFact("identity.external_evaluation", evaluateUrl);
  expect((await provider.ask(subject, [name]))[name]).toMatchObject({ state: "known", value });
  await provider.dispose();
});
