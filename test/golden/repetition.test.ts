import { describe, expect, test } from "bun:test";
import { evaluateRoute } from "../../src/server/public/evaluate-route.ts";
import type { EvaluationReply } from "../../src/server/public/evaluation.ts";
import {
  createEdgeKey,
  evaluationClaims,
  NOW,
  NOW_SECONDS,
  signAccessToken,
  signTexts,
} from "../token/access-team.ts";
import { createEdge } from "./edge.ts";

const rule = (domain: string) => `include: [{ email_domain: { domain: ${domain} } }]`;
const wiki = (domain: string) =>
  `{ name: wiki, policies: [{ name: Members, decision: allow, ${rule(domain)} }] }`;
const MEMBERS = `applications: [${wiki("example.com")}]`;
const STRANGERS = `applications: [${wiki("example.org")}]`;
const TWO_APPLICATIONS = `applications:
  - ${wiki("example.com")}
  - { name: build, policies: [{ name: Others, decision: allow, ${rule("example.org")} }] }`;

/** Calls that are alike but for `extra`. */
const call = (extra: Record<string, unknown> = {}) =>
  signAccessToken(evaluationClaims({ exp: NOW_SECONDS + 600, ...extra }));

/** The answer as it would be signed, or how there was none. */
function shown(reply: EvaluationReply): string {
  return reply.kind === "answered" ? reply.token : reply.kind;
}

describe("a call that is repeated", () => {
  test("gets the same answer while that lives, and then a new one", async () => {
    const edge = await createEdge(MEMBERS);
    const token = await call();
    expect(shown(await edge.post(token))).toBe(`true at ${NOW}`);
    edge.pass(59_000);
    expect(shown(await edge.post(token))).toBe(`true at ${NOW}`);
    edge.pass(1_000);
    expect(shown(await edge.post(token))).toBe(`true at ${NOW + 60_000}`);
  });

  test("is not permitted again once what was known has expired", async () => {
    const posture = `posture_rules: [{ id: disk, name: disk, type: disk_encryption, expiration: 10s, input: { requireAll: true } }]
applications:
  - name: wiki
    domain: wiki.example.com
    policies: [{ name: p, decision: allow, include: [{ device_posture: { integration_uid: disk } }] }]
`;
    const edge = await createEdge(posture);
    const checked = { success: true, timestamp: new Date(NOW).toISOString() };
    const { identity } = evaluationClaims();
    const token = await call({
      identity: { ...Object(identity), device_id: "laptop", devicePosture: { disk: checked } },
    });
    expect(shown(await edge.post(token))).toBe(`true at ${NOW}`);
    edge.pass(11_000);
    expect(shown(await edge.post(token))).toBe(`false at ${NOW + 11_000}`);
  });

  test("gets a new answer where a new revision came between", async () => {
    const edge = await createEdge(MEMBERS);
    const token = await call();
    expect(shown(await edge.post(token))).toBe(`true at ${NOW}`);
    edge.reload(STRANGERS);
    edge.pass(1_000);
    expect(shown(await edge.post(token))).toBe(`false at ${NOW + 1_000}`);
  });

  test("never brings back an answer of an older revision", async () => {
    const edge = await createEdge(MEMBERS);
    const token = await call();
    await edge.post(token);
    edge.reload(STRANGERS);
    await edge.post(token);
    expect(shown(await edge.post(token))).toBe(`false at ${NOW}`);
  });

  test("at the same moment gets one answer", async () => {
    const edge = await createEdge(MEMBERS);
    const token = await call();
    const replies = await Promise.all([edge.post(token), edge.post(token), edge.post(token)]);
    expect(replies.map(shown)).toEqual([`true at ${NOW}`, `true at ${NOW}`, `true at ${NOW}`]);
  });
});

describe("a nonce that is used again with other claims", () => {
  const OTHERS = [
    ["another person", { identity: { email: "bob@example.com", user_uuid: "u-2" } }],
    ["another time", { iat: NOW_SECONDS - 1 }],
    ["another end", { exp: NOW_SECONDS + 601 }],
  ] as const;

  test.each(OTHERS)("is refused: %s", async (_, other) => {
    const edge = await createEdge(MEMBERS);
    await edge.post(await call());
    expect(shown(await edge.post(await call(other)))).toBe("refused");
  });

  test("at the same moment is answered once: it is claimed before anything is answered", async () => {
    const edge = await createEdge(MEMBERS);
    const tokens = await Promise.all(OTHERS.map(([, other]) => call(other)));
    const replies = await Promise.all(tokens.map((token) => edge.post(token)));
    expect(replies.map(({ kind }) => kind).toSorted()).toEqual(["answered", "refused", "refused"]);
  });

  test("is another call for another application", async () => {
    const edge = await createEdge(TWO_APPLICATIONS);
    const stranger = { identity: { email: "bob@example.org", user_uuid: "u-2", iat: NOW_SECONDS } };
    expect(shown(await edge.post(await call(), "wiki"))).toBe(`true at ${NOW}`);
    expect(shown(await edge.post(await call(stranger), "build"))).toBe(`true at ${NOW}`);
    expect(shown(await edge.post(await call(stranger), "wiki"))).toBe("refused");
  });

  test("is another call under another key of Access", async () => {
    const second = await createEdgeKey("b2".repeat(32));
    const edge = await createEdge(MEMBERS, second.jwk);
    const header = JSON.stringify({ alg: "RS256", kid: second.kid, typ: "JWT" });
    const claims = JSON.stringify(evaluationClaims({ exp: NOW_SECONDS + 601 }));
    await edge.post(await call());
    expect(shown(await edge.post(await signTexts(header, claims, second)))).toBe(`true at ${NOW}`);
  });
});

test("with the store down the answer is a signed refusal, whatever the policies say", async () => {
  const edge = await createEdge(MEMBERS);
  await edge.store.close();
  expect(shown(await edge.post(await call()))).toBe(`false at ${NOW}`);
});

test("permits are Cache-Control: no-store", async () => {
  const edge = await createEdge(MEMBERS);
  const route = evaluateRoute((application, token) => edge.post(token, application ?? undefined));
  const response = await route.handle(
    new Request("http://postern.example.com/evaluate/wiki", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: await call() }),
    }),
  );
  expect(await response.json()).toEqual({ token: `true at ${NOW}` });
  expect(response.headers.get("Cache-Control")).toBe("no-store");
});
