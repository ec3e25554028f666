import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { personNamed, type Question, signQuestion } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { type Reply, TestService } from "../support/test-service.ts";
import { createEdgeKey, edgeKey, encode, NOW_SECONDS, signTexts } from "../token/access-team.ts";

let service: TestService;
beforeAll(async () => {
  service = await TestService.start(TEAM_POLICIES);
});
afterAll(() => service.stop());

/** Refused in the shape of the protocol: no token, and one sentence. */
function expectRefusal({ status, headers, text }: Reply, wanted: number): void {
  expect(status).toBe(wanted);
  expect(headers.get("cache-control")).toBe("no-store");
  const body = JSON.parse(text);
  expect(body).toEqual({ success: false, error: expect.stringMatching(/^[\w -:/{}"<>,&]{5,120}$/) });
}

describe("a token that Access did not mean for us is refused, unsigned", () => {
  const refused: readonly (readonly [string, Question])[] = [
    ["expired", { claims: { exp: NOW_SECONDS } }],
    ["for ever", { claims: { exp: undefined } }],
    ["for longer than a day", { claims: { exp: NOW_SECONDS + 86_401 } }],
    ["exp that is no integer", { claims: { exp: String(NOW_SECONDS + 60) } }],
    ["from the future", { claims: { iat: NOW_SECONDS + 61 } }],
    ["not yet valid", { claims: { nbf: NOW_SECONDS + 61 } }],
    ["of another team", { claims: { iss: "https://evil.cloudflareaccess.com" } }],
    ["without a nonce", { claims: { nonce: undefined } }],
    ["with an empty nonce", { claims: { nonce: "" } }],
    ["with a nonce of 257 characters", { claims: { nonce: "n".repeat(257) } }],
    ["with a nonce that is no text", { claims: { nonce: 7 } }],
    ["without an identity", { claims: { identity: undefined } }],
    ["with an identity that is a list", { claims: { identity: [] } }],
    [
      "for the application, with success and nonce beside",
      { claims: { identity: undefined, aud: ["wiki"], success: true } },
    ],
    ["by another key under the same kid", { header: { kid: "c3".repeat(32) } }],
    ["of another type", { header: { typ: "verdict+jwt" } }],
    ["without a signature", { header: { alg: "none" } }],
    ["with a key of its own", { header: { jwk: edgeKey.jwk } }],
    ["with an address for its key", { header: { jku: "http://127.0.0.1:9/" } }],
    ["with critical extensions", { header: { crit: ["exp"] } }],
  ];

  test.each(refused)("%s", async (_, question) => {
    expectRefusal(await service.ask("wiki", question), 403);
  });

  test("signed by somebody else in Access's name", async () => {
    const forger = await createEdgeKey(edgeKey.kid);
    const [header = "", payload = ""] = (await signQuestion()).split(".");
    const decode = (part: string) => Buffer.from(part, "base64url").toString();
    expectRefusal(await service.post("wiki", await signTexts(decode(header), decode(payload), forger)), 403);
  });

  test("ref-worker-stack: nothing of what was sent or of the inside is in the answer", async () => {
    const canary = "canary-5f3a";
    const header = JSON.stringify({ alg: canary, kid: canary });
    for (const token of [
      canary,
      `${canary}.${canary}.${canary}`,
      `${encode(header)}.${encode("{}")}.AA`,
      "",
    ]) {
      const reply = await service.post("wiki", token);
      expectRefusal(reply, 403);
      expect(reply.text).not.toMatch(new RegExp(`${canary}|stack|\\.ts|Error|    at `));
    }
  });

  test("CVE-2026-27840: every proper beginning or end of a valid token", async () => {
    const token = await signQuestion({ claims: { identity: personNamed("ada") } });
    const cuts = [1, 9, token.indexOf("."), token.lastIndexOf("."), token.length - 1];
    const parts = cuts.flatMap((at) => [token.slice(0, at), token.slice(at)]);
    for (const part of [...parts, `${token}A`, `${token}.`, `${token}=`, ` ${token}`]) {
      expectRefusal(await service.post("wiki", part), 403);
    }
    expect(await service.success(await service.post("wiki", token))).toBe(true);
  });
});

describe("the application that is asked for", () => {
  const asAda: Question = { claims: { identity: personNamed("ada") } };

  test.each([
    ["its name", "wiki"],
    ["its id", "0a1b"],
    ["its name in percent-encoding", "%77iki"],
  ])("is found by %s", async (_, name) => {
    expect(await service.success(await service.ask(name, asAda))).toBe(true);
  });

  test.each([
    "nothing",
    "Wiki",
    "wik%69%20",
    "wiki%00",
    "%00",
    "wiki%2f",
    "__proto__",
    "constructor",
    "toString",
    "%zz",
    "%C3",
    "a".repeat(4_000),
  ])("is refused where it is none of ours: %p", async (name) => {
    expectRefusal(await service.ask(name, asAda), 404);
  });

  test("must be named where there are several", async () => {
    for (const path of ["", "/"]) {
      const reply = await service.postTo(`/evaluate${path}`, await signQuestion(asAda));
      expectRefusal(reply, 404);
      expect(reply.text).toContain("/evaluate/<application>");
    }
  });

  test("is told apart only for those whom Access sent: a stranger learns nothing of names", async () => {
    const bad = await signQuestion({ claims: { exp: NOW_SECONDS } });
    const [known, unknown] = [await service.post("wiki", bad), await service.post("nothing", bad)];
    expect([known.status, unknown.status]).toEqual([403, 403]);
    expect(known.text).toBe(unknown.text);
  });

  describe("the only one", () => {
    let alone: TestService;
    beforeAll(async () => {
      alone = await TestService.start(ONE);
    });
    afterAll(() => alone.stop());

    test.each(["/evaluate", "/evaluate/", "/evaluate/wiki"])("is asked at %s", async (path) => {
      expect(await alone.success(await alone.postTo(path, await signQuestion(asAda)))).toBe(true);
    });

    test.each(["/evaluate/%zz", "/evaluate/%C3%28", "/evaluate/other"])(
      "does not stand in for a name that is none: %s",
      async (path) => {
        expectRefusal(await alone.postTo(path, await signQuestion(asAda)), 404);
      },
    );
  });

  test("is not guessed where two have its name; their ids tell them apart", async () => {
    const twins = await TestService.start(TWINS);
    try {
      expectRefusal(await twins.ask("wiki", asAda), 404);
      expect(await twins.success(await twins.ask("first", asAda))).toBe(true);
      expect(await twins.success(await twins.ask("second", asAda))).toBe(false);
    } finally {
      await twins.stop();
    }
  });
});

const application = (id: string, host: string, email: string) => `
  - id: ${id}
    name: wiki
    domain: ${host}
    policies: [{ name: Staff, decision: allow, include: [{ email: { email: ${email} } }] }]`;
const ONE = `applications:${application("first", "wiki.example.com", "ada@example.com")}`;
const TWINS = `${ONE}${application("second", "other.example.com", "bob@example.com")}`;
