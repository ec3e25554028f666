import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from "jose";
import { personNamed, signQuestion } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import {
  AUDIENCE,
  accessHeader,
  applicationClaims,
  createTestVerifier,
  edgeKey,
  encode,
  evaluationClaims,
  NOW_SECONDS,
  refusalOf,
  signAccessToken,
  signTexts,
} from "../token/access-team.ts";

const verifier = createTestVerifier();
const verdictOn = (token: string) => refusalOf(() => verifier.verifyEvaluation(token));

test("Hono CVE-2026-22818: a key is used for the algorithm that is asked for, whatever its own alg says", async () => {
  const token = await signAccessToken(evaluationClaims());
  for (const alg of ["HS256", "none", "PS256", "RS512", null, 7]) {
    const misled = createTestVerifier({ ...edgeKey.jwk, alg });
    // No key but this one: without it there is no set, and so no answer.
    expect(await refusalOf(() => misled.verifyEvaluation(token))).toBe("keys_unavailable");
  }
});

test("node-jws CVE-2025-65945: a header that names its own secret chooses none", async () => {
  for (const extra of [{ k: encode("secret") }, { secret: "" }, { key: "x" }]) {
    const token = await signTexts(JSON.stringify(accessHeader(extra)), JSON.stringify(evaluationClaims()));
    expect(await verdictOn(token)).toBe("header_refused");
  }
});

test("go-jose CVE-2026-34986: encrypted tokens, whole, broken and empty, are refused by their number of parts", async () => {
  const header = encode(
    JSON.stringify({ alg: "PBES2-HS256+A128KW", enc: "A128GCM", p2c: 2 ** 31 - 1, p2s: "" }),
  );
  for (const token of [`${header}....`, `${header}.a.b.c.d`, "....", `${header}.....`]) {
    expect(await verdictOn(token)).toBe("malformed");
  }
});

test("GHSA-wxg7-w2v3-w38g: a token for another audience is refused, and so is one without", async () => {
  for (const aud of ["elsewhere", AUDIENCE.slice(1), "", undefined]) {
    const token = await signAccessToken(applicationClaims({ aud }));
    expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).not.toBe("accepted");
  }
});

test("Casdoor CVE-2026-9094: a token that has expired stays refused, to the second", async () => {
  for (const exp of [NOW_SECONDS, NOW_SECONDS - 1, 0, -1, -(2 ** 53)]) {
    expect(await verdictOn(await signAccessToken(evaluationClaims({ exp })))).toBe("expired");
  }
});

test("Casdoor CVE-2026-9097: a signature by nobody, of zeros, or of something else is none", async () => {
  const [header = "", payload = "", signature = ""] = (await signAccessToken(evaluationClaims())).split(".");
  const [, , other = ""] = (await signAccessToken(evaluationClaims({ nonce: "other" }))).split(".");
  for (const forged of [encode(new Uint8Array(256)), encode(new Uint8Array(1)), encode("x"), other]) {
    expect(await verdictOn(`${header}.${payload}.${forged}`)).toBe("bad_signature");
  }
  expect(await verdictOn(`${header}.${payload}.${signature}`)).toBe("accepted");
});

describe("verdict confusion: a token of one kind does not pass for one of another", () => {
  test("an application's token, with every claim that its user controls, is no question", async () => {
    const custom = { nonce: "n", identity: { email: "ada@example.com" }, success: true };
    const token = await signAccessToken(applicationClaims({ custom, identity_nonce: "n" }));
    expect(await verdictOn(token)).toBe("claims_malformed");
  });

  test("a question is no application's token", async () => {
    const token = await signAccessToken(evaluationClaims({ iss: "https://acme.cloudflareaccess.com" }));
    expect(await refusalOf(() => verifier.verifyApplication(token, AUDIENCE))).toBe("claims_malformed");
  });
});

describe("against Postern, running", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start(TEAM_POLICIES);
  });
  afterAll(() => service.stop());

  const answerOf = async (token: string) => JSON.parse((await service.post("wiki", token)).text).token;

  const publishedKeys = async (): Promise<readonly JWK[]> =>
    JSON.parse(await (await fetch(`${service.urlOf("public")}/keys`)).text()).keys;

  test("verdict confusion: an answer of ours is no question, and neither key signs for the other", async () => {
    const answer = await answerOf(await signQuestion({ claims: { identity: personNamed("ada") } }));
    expect((await service.post("wiki", answer)).status).toBe(403);
    const kids = (await publishedKeys()).map(({ kid }) => kid);
    expect(kids).toContain(decodeProtectedHeader(answer).kid);
    expect(kids).not.toContain(edgeKey.kid);
  });

  test("signing oracle: what is signed is no longer than 2 KiB, and holds nothing of the question but its nonce", async () => {
    const nonce = "n".repeat(256);
    const identity = personNamed("ada", { custom: { canary: "c4nary".repeat(1_000) } });
    const answer = await answerOf(await signQuestion({ claims: { nonce, identity } }));
    expect(answer.length).toBeLessThan(2_048);
    const payload = Buffer.from(answer.split(".")[1] ?? "", "base64url").toString();
    expect(Object.keys(JSON.parse(payload)).toSorted()).toEqual(["exp", "iat", "nonce", "success"]);
    expect(payload).not.toContain("c4nary");
  });

  test("ref-worker-thumbprint: its kid was a SHA-1; ours is the RFC 7638 thumbprint", async () => {
    for (const key of await publishedKeys())
      expect(key.kid).toBe(await calculateJwkThumbprint(key, "sha256"));
  });

  test("ref-worker-race: its key was made by the first GET /keys; ours is there before anybody asks", async () => {
    const asked = Array.from({ length: 20 }, async () =>
      (await fetch(`${service.urlOf("public")}/keys`)).text(),
    );
    expect(new Set(await Promise.all(asked)).size).toBe(1);
  });

  test("ref-worker-routing: it served its keys at every path that ends in keys", async () => {
    for (const path of ["/monkeys", "/evaluate/keys", "/x/keys", "/keys/keys", "/.well-known/keys"]) {
      const response = await fetch(`${service.urlOf("public")}${path}`);
      expect([path, response.status >= 400]).toEqual([path, true]);
      expect(await response.text()).not.toContain("kty");
    }
  });
});
