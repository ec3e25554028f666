import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { blocksOf, readPage } from "../docs/pages.ts";
import { accessHeaderFor, PROXY_POLICIES, ProxyRig } from "../proxy/rig.ts";

type Verify = (token: string) => Promise<unknown>;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-verify-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The function that the page shows for JavaScript, as it stands but for where the keys are. */
async function loadDocumented(jwksUrl: string): Promise<Verify> {
  const page = await readPage("docs/verify.md");
  const shown = blocksOf(page).find(({ language }) => language === "js")?.text ?? "";
  const written = "https://postern.example.com/.well-known/jwks.json";
  expect(shown).toContain(written);
  const file = join(folder, `${crypto.randomUUID()}.mjs`);
  await Bun.write(
    file,
    shown.replace(written, jwksUrl).replace('"jose"', `"${import.meta.resolve("jose")}"`),
  );
  return (await import(file)).verifyVerdict;
}

const SECONDS = Math.floor(Date.now() / 1_000);

test("the code that the page shows accepts what Postern signs", async () => {
  const now = SECONDS * 1_000;
  await using rig = await ProxyRig.start(PROXY_POLICIES, { now });
  const headers = [await accessHeaderFor({ iat: SECONDS, exp: SECONDS + 3_600 })];
  const { headers: answered } = await rig.ask("nginx", { headers });
  const verify = await loadDocumented(`${rig.service.urlOf("public")}/.well-known/jwks.json`);
  expect(await verify(answered.get("x-postern-verdict") ?? "")).toMatchObject({
    iss: "https://postern.example.com",
    aud: "wiki",
    sub: "u-1",
    effect: "allow",
  });
});

describe("the code that the page shows refuses", () => {
  const CLAIMS = {
    iss: "https://postern.example.com",
    aud: "wiki",
    sub: "u-1",
    iat: SECONDS,
    exp: SECONDS + 60,
    decision: "permit",
  };
  const HEADER = { alg: "ES256", typ: "verdict+jwt", kid: "the-key" };
  let verify: Verify;
  let sign: (claims: object, header?: object, key?: CryptoKey) => Promise<string>;
  let stranger: CryptoKey;
  let keys: Bun.Server<undefined>;

  beforeAll(async () => {
    const pair = await generateKeyPair("ES256", { extractable: true });
    stranger = (await generateKeyPair("ES256")).privateKey;
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: HEADER.kid, alg: "ES256", use: "sig" };
    keys = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ keys: [jwk] }) });
    verify = await loadDocumented(`http://127.0.0.1:${keys.port}/jwks.json`);
    sign = (claims, header = {}, key = pair.privateKey) =>
      new SignJWT({ ...CLAIMS, ...claims }).setProtectedHeader({ ...HEADER, ...header }).sign(key);
  });
  afterAll(() => keys.stop(true));

  test("nothing of one that holds", async () => {
    expect(await verify(await sign({}))).toEqual(CLAIMS);
  });

  test.each([
    ["one for another application", { aud: "payroll" }, {}],
    ["one of another issuer", { iss: "https://evil.example.com" }, {}],
    ["one without an end", { exp: undefined }, {}],
    ["one whose end has come", { exp: SECONDS - 60 }, {}],
    ["one about nobody at all", { sub: undefined }, {}],
    ["one that is no permit", { decision: "deny" }, {}],
    ["another kind of token of Postern", {}, { typ: "JWT" }],
    ["one of a key that is not published", {}, { kid: "another" }],
  ])("%s", async (_, claims, header) => {
    expect(verify(await sign(claims, header))).rejects.toThrow();
  });

  test("one that is signed by somebody else in the name of the key", async () => {
    expect(verify(await sign({}, {}, stranger))).rejects.toThrow();
  });

  test("one that nobody has signed", async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    expect(verify(`${encode({ ...HEADER, alg: "none" })}.${encode(CLAIMS)}.`)).rejects.toThrow();
  });
});
