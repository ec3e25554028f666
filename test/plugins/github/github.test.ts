import { expect, test } from "bun:test";
import { join } from "node:path";
import github from "../../../plugins/github/index.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: github,
  config: (url) => ({
    identity_provider: "github-idp",
    organization: "Acme",
    token: "github_pat_1",
    graphql_url: `${url}/graphql`,
  }),
  subject: { "identity.email": "ada@example.com" },
  wanted: ["identity.groups"],
};

testApiContract(CASE, exchangesOf(recording, "member", "membership", "teams"));

test("somebody's teams are those of all pages, with the organization, in lower case", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "member", "membership", "teams"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: { names: new Set(["acme", "acme/platform", "acme/security"]) },
  });
});

test("who has left the organization is in none of it", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "member", "no membership", "no teams"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: { names: new Set() },
  });
});

test.each([
  ["nobody signed in with the address", "nobody", "missing"],
  ["the token may not ask", "no rights", "failed"],
  ["the organization has no SAML", "no saml", "malformed"],
] as const)("nothing is known where %s", async (_, name, why) => {
  const { facts } = await ask(CASE, exchangesOf(recording, name));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why });
});

test("an address is a variable of the query, and never a part of it", async () => {
  const subject = { "identity.email": '"){id}@example.com' };
  const { heard } = await ask({ ...CASE, subject }, exchangesOf(recording, "nobody"));
  const sent: unknown = JSON.parse(heard[0]?.body ?? "");
  expect(sent).toMatchObject({ variables: { email: '"){id}@example.com' } });
  expect(sent).not.toMatchObject({ query: expect.stringContaining("@example.com") });
});
