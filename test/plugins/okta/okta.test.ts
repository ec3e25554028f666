import { expect, test } from "bun:test";
import { join } from "node:path";
import okta from "../../../plugins/okta/index.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { exchangesOf, readRecording } from "../recorded-api.ts";

const recording = await readRecording(join(import.meta.dir, "recording.json"));

const CASE: ApiCase = {
  plugin: okta,
  config: (url) => ({ identity_provider: "okta-idp", url, token: "00QCjAl4MlV" }),
  subject: { "identity.email": "ada@example.com" },
  wanted: ["identity.groups"],
};

testApiContract(CASE, exchangesOf(recording, "user", "groups"));

test("the groups of somebody are those of all pages", async () => {
  const { facts, heard } = await ask(CASE, exchangesOf(recording, "user", "groups"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: {
      ids: new Set(["00g1emaKYZTWRYYRRTSK", "00gak46y5hydV6NdM0g4"]),
      names: new Set(["Engineering", "Everyone"]),
      emails: new Set(),
    },
  });
  expect(new Set(heard.map(({ headers }) => headers.get("authorization")))).toEqual(
    new Set(["SSWS 00QCjAl4MlV"]),
  );
});

test("somebody without groups has an empty set, and it is whole", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "user", "no groups"));
  expect(facts["identity.groups"]).toMatchObject({
    state: "known",
    complete: true,
    value: { names: new Set() },
  });
});

test("nothing is known of the groups of somebody whom Okta does not have", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "nobody"));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "missing" });
});

test("somebody else whom Okta finds by the address is not taken for them", async () => {
  const { facts, heard } = await ask(CASE, exchangesOf(recording, "another"));
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "missing" });
  expect(heard).toHaveLength(1);
});

test("a 404 that does not come from Okta is a failure", async () => {
  const { facts } = await ask(CASE, exchangesOf(recording, "nobody"), () =>
    Response.json({ message: "no such route" }, { status: 404 }),
  );
  expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "failed" });
});

test("an address never leads to another path", async () => {
  const subject = { "identity.email": "../groups?x=ada@example.com" };
  const { heard } = await ask({ ...CASE, subject }, []);
  expect(heard[0]?.url).toEndWith("/api/v1/users/..%2Fgroups%3Fx%3Dada%40example.com");
});
