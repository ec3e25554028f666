import { expect, test } from "bun:test";
import { join } from "node:path";
import entra from "../../../plugins/entra/index.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: entra,
  config: (url) => ({
    identity_provider: "entra-idp",
    tenant: "acme",
    client_id: "535fb089-9ff3-47b6-9bfb-4f1264799865",
    client_secret: "sampleCredentials",
    login_url: url,
    graph_url: url,
  }),
  // An apostrophe belongs in addresses, and must not end a literal of a filter.
  subject: { "identity.email": "grace.o'hara@example.com" },
  wanted: ["identity.groups"],
};

testApiContract(CASE, exchangesOf(recording, "token", "user", "groups"));

test("the groups of somebody are those of all pages, by their object ids", async () => {
  const { facts, heard } = await ask(CASE, exchangesOf(recording, "token", "user", "groups"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: {
      ids: new Set(["45b7d2e7-b882-4a80-ba97-10b7a63b8fa4", "d2dd7b3e-5a3f-4d1c-8d3e-2f8d2d1a5c6b"]),
      names: new Set(),
    },
  });
  const [token, ...others] = heard;
  const parameters = new URLSearchParams(token?.body);
  expect(Object.fromEntries(parameters)).toMatchObject({
    grant_type: "client_credentials",
    client_secret: "sampleCredentials",
    scope: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/\.default$/),
  });
  expect(others.map(({ headers }) => headers.get("authorization"))).toEqual(
    others.map(() => "Bearer eyJ0eXAi"),
  );
});

test.each([
  ["somebody whom Entra does not have", "nobody"],
  ["an address that two people have", "two people"],
])("nothing is known of the groups of %s", async (_, name) => {
  const { facts } = await ask(CASE, exchangesOf(recording, "token", name));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "missing" });
});

test("a next page on another server is not asked for: it would be shown the token", async () => {
  const { facts, heard } = await ask(CASE, exchangesOf(recording, "token", "user", "elsewhere"));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "malformed" });
  expect(heard).toHaveLength(3);
});
