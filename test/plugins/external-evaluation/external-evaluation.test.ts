import { describe, expect, test } from "bun:test";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { decodeJwt, exportJWK, jwtVerify, SignJWT } from "jose";
import externalEvaluation from "../../../plugins/external-evaluation/index.ts";
import { keyedFact } from "../../../src/core/attribute.ts";
import { start } from "../../pip/rig.ts";
import { NOON } from "../../support/records.ts";

const own = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const evaluators = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const strangers = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const Question = Type.Object({ token: Type.String() });
const NOW_SECONDS = NOON / 1_000;
const SUBJECT = { "identity.subject": "u-1", "identity.email": "ada@example.com", "network.ip": "192.0.2.1" };

type Answer = (question: Readonly<Record<string, unknown>>) => Response | Promise<Response>;

interface Signed {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject;
  readonly kid?: string;
  readonly alg?: string;
}

/** An answer of an evaluator, right but for what is given. */
function signed({
  claims = {},
  key = evaluators.privateKey,
  kid = "k-1",
  alg = "RS256",
}: Signed = {}): Answer {
  return async ({ nonce }) => {
    const said = { success: true, iat: NOW_SECONDS, exp: NOW_SECONDS + 60, nonce, ...claims };
    const kept = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return Response.json({ token: await new SignJWT(kept).setProtectedHeader({ alg, kid }).sign(key) });
  };
}

/** An evaluator as Access calls it, after Cloudflare's example. */
function serveEvaluator(answer: Answer) {
  const tokens: string[] = [];
  let keysAsked = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/evaluate": {
        POST: async (request) => {
          const { token } = Value.Parse(Question, await request.json());
          tokens.push(token);
          return answer(decodeJwt(token));
        },
      },
      "/keys": async () => {
        keysAsked++;
        return Response.json({
          keys: [{ ...(await exportJWK(evaluators.publicKey)), kid: "k-1", alg: "RS256" }],
        });
      },
    },
    fetch: () => Response.json({}, { status: 404 }),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    tokens,
    keysAsked: () => keysAsked,
    [Symbol.dispose]: () => void server.stop(true),
  };
}

function startFor(url: string, ...more: readonly string[]) {
  return start(externalEvaluation, {
    settings: { timeoutMs: 500 },
    config: {
      private_key: own.privateKey.export({ type: "pkcs8", format: "pem" }),
      evaluators: [url, ...more].map((each) => ({
        evaluate_url: `${each}/evaluate`,
        keys_url: `${each}/keys`,
      })),
    },
  });
}

async function evaluate(answer: Answer) {
  using evaluator = serveEvaluator(answer);
  const provider = await startFor(evaluator.url);
  const name = keyedFact("identity.external_evaluation", `${evaluator.url}/evaluate`);
  return (await provider.ask(SUBJECT, [name]))[name];
}

describe("another evaluator", () => {
  test("that lets somebody in is believed", async () => {
    expect(await evaluate(signed())).toMatchObject({ state: "known", value: true });
  });

  test("that does not is believed too", async () => {
    expect(await evaluate(signed({ claims: { success: false } }))).toMatchObject({
      state: "known",
      value: false,
    });
  });

  test("is asked in a signed token that names the person, the address and a nonce", async () => {
    using evaluator = serveEvaluator(signed());
    const provider = await startFor(evaluator.url);
    const name = keyedFact("identity.external_evaluation", `${evaluator.url}/evaluate`);
    await provider.ask(SUBJECT, [name]);
    await provider.ask(SUBJECT, [name]);
    const payloads = await Promise.all(
      evaluator.tokens.map((token) => jwtVerify(token, own.publicKey, { currentDate: new Date(NOON) })),
    );
    expect(payloads[0]).toMatchObject({
      protectedHeader: { alg: "RS256", typ: "JWT", kid: expect.stringMatching(/^[\w-]{43}$/) },
      payload: {
        identity: { email: "ada@example.com", user_uuid: "u-1", ip: "192.0.2.1", iat: NOW_SECONDS },
        iat: NOW_SECONDS,
        exp: NOW_SECONDS + 60,
      },
    });
    expect(new Set(payloads.map(({ payload }) => payload.nonce)).size).toBe(2);
    expect(evaluator.keysAsked()).toBe(1);
  });

  test.each([
    ["signed by a stranger", signed({ key: strangers.privateKey })],
    ["signed by a key that it does not publish", signed({ kid: "k-2" })],
    [
      "with a symmetric signature made of its public key (CVE-2015-9235)",
      async () => {
        const secret = new TextEncoder().encode(
          String(evaluators.publicKey.export({ type: "spki", format: "pem" })),
        );
        const token = new SignJWT({ success: true }).setProtectedHeader({ alg: "HS256", kid: "k-1" });
        return Response.json({ token: await token.sign(secret) });
      },
    ],
    ["of another algorithm", signed({ alg: "PS256" })],
    ["to another question", signed({ claims: { nonce: "9J2E9Xg6wYj8tlnA" } })],
    ["without a nonce", signed({ claims: { nonce: undefined } })],
    ["that has expired", signed({ claims: { exp: NOW_SECONDS } })],
    ["that never expires", signed({ claims: { exp: undefined } })],
    ["that says yes in another way", signed({ claims: { success: "true" } })],
    ["without a token", () => Response.json({ success: true })],
    ["that is not JSON", () => new Response("yes")],
    ["by an error (403)", () => Response.json({ success: false }, { status: 403 })],
    ["by an error (500)", () => Response.json({ success: false }, { status: 500 })],
    ["by saying that it is not there", () => Response.json({}, { status: 404 })],
    ["too late", async (question) => Bun.sleep(800).then(() => signed()(question))],
  ] satisfies readonly (readonly [string, Answer])[])(
    "is not believed where it answers %s",
    async (_, answer) => {
      expect(await evaluate(answer)).toMatchObject({ state: "unknown" });
    },
  );

  test("that fails takes nothing from one that answers", async () => {
    using good = serveEvaluator(signed());
    using bad = serveEvaluator(() => Response.json({}, { status: 500 }));
    const provider = await startFor(good.url, bad.url);
    const names = [good, bad].map(({ url }) => keyedFact("identity.external_evaluation", `${url}/evaluate`));
    const facts = await provider.ask(SUBJECT, names);
    expect(names.map((name) => facts[name]?.state)).toEqual(["known", "unknown"]);
  });

  test("that only a policy names, and not the configuration, is never called", async () => {
    using evaluator = serveEvaluator(signed());
    const provider = await startFor(evaluator.url);
    const name = keyedFact("identity.external_evaluation", "http://169.254.169.254/latest");
    expect((await provider.ask(SUBJECT, [name]))[name]).toMatchObject({ state: "unknown", why: "missing" });
    expect(evaluator.tokens).toEqual([]);
  });
});
