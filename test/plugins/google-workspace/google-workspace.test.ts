import { expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { jwtVerify } from "jose";
import googleWorkspace from "../../../plugins/google-workspace/index.ts";
import { start } from "../../pip/rig.ts";
import { NOON } from "../../support/records.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });

const CASE: ApiCase = {
  plugin: googleWorkspace,
  config: (url) => ({
    identity_provider: "google-idp",
    client_email: "postern@acme.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    admin: "admin@example.com",
    token_url: `${url}/token`,
    api_url: url,
  }),
  subject: { "identity.email": "ada@example.com" },
  wanted: ["identity.groups"],
};

testApiContract(CASE, exchangesOf(recording, "token", "groups"));

test("somebody's groups are those of all pages, nested ones too, by their addresses in lower case", async () => {
  const { facts, heard } = await ask(CASE, exchangesOf(recording, "token", "groups"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: { emails: new Set(["engineering@example.com", "everybody@example.com"]) },
  });
  expect(heard.at(-1)?.headers.get("authorization")).toBe("Bearer ya29.c.b0Aaekm1");
});

test("an administrator is named in an assertion that the service account signs", async () => {
  const { heard } = await ask(CASE, exchangesOf(recording, "token", "groups"));
  const sent = new URLSearchParams(heard[0]?.body);
  expect(sent.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
  const { payload } = await jwtVerify(sent.get("assertion") ?? "", publicKey, {
    algorithms: ["RS256"],
    currentDate: new Date(NOON),
  });
  expect(payload).toMatchObject({
    iss: "postern@acme.iam.gserviceaccount.com",
    sub: "admin@example.com",
    scope: "https://www.googleapis.com/auth/cloud-identity.groups.readonly",
    exp: NOON / 1_000 + 600,
  });
});

test("an answer without any group could be about nobody: nothing is known", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "token", "nothing"));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "malformed" });
});

test("a private key that is none is told at the start", async () => {
  const config = { ...CASE.config("http://127.0.0.1:1"), private_key: "none" };
  await expect(start(googleWorkspace, { config })).rejects.toThrow("PKCS#8");
});
