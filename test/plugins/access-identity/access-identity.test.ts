import { expect, test } from "bun:test";
import { join } from "node:path";
import accessIdentity from "../../../plugins/access-identity/index.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: accessIdentity,
  config: (url) => ({
    identity_provider: "okta-idp",
    account: "1234567890",
    token: "Sn3lZJTBX6kk",
    api_url: url,
  }),
  subject: { "identity.subject": "57cf8cf2-f55a-4588-9ac9-f5e41e9f09b4" },
  wanted: ["identity.groups", "identity.oidc_claims", "identity.saml_attributes"],
};

async function learn(name: string) {
  return (await ask(CASE, exchangesOf(recording, name))).facts;
}

testApiContract(CASE, exchangesOf(recording, "names"));

test("groups and claims of somebody, in full", async () => {
  expect(await learn("names")).toMatchObject({
    "identity.groups": {
      state: "known",
      complete: true,
      value: { names: new Set(["Engineering", "Everyone"]), ids: new Set(), emails: new Set() },
    },
    "identity.oidc_claims": {
      state: "known",
      complete: true,
      value: new Map([
        ["department", new Set(["R&D"])],
        ["levels", new Set(["1", "2"])],
        ["admin", new Set(["true"])],
      ]),
    },
    "identity.saml_attributes": { state: "known", value: new Map([["groups", new Set(["a", "b"])]]) },
  });
});

test.each([
  ["of Entra by their ids", "objects", { ids: new Set(["45b7d2e7"]) }],
  ["of Google by their addresses, in lower case", "addresses", { emails: new Set(["eng@example.com"]) }],
  ["of GitHub by their names, in lower case", "teams", { names: new Set(["acme/platform"]) }],
])("groups are told %s", async (_, name, value) => {
  expect((await learn(name))["identity.groups"]).toMatchObject({ state: "known", complete: true, value });
});

test("a group without what rules tell it by leaves all of them unknown: it could be any", async () => {
  expect((await learn("unnamed"))["identity.groups"]).toMatchObject({ state: "unknown", why: "missing" });
});

test("a claim that cannot be compared leaves the others a part", async () => {
  expect((await learn("nested claims"))["identity.oidc_claims"]).toMatchObject({
    state: "known",
    complete: false,
  });
});

test.each([
  ["the last login was by another identity provider", "another provider"],
  ["the identity is somebody else's", "another person"],
  ["the identity holds neither groups nor claims", "bare"],
  ["Access does not have the person", "nobody"],
])("nothing is known where %s", async (_, name) => {
  const facts = await learn(name);
  for (const attribute of CASE.wanted)
    expect(facts[attribute]).toMatchObject({ state: "unknown", why: "missing" });
});
