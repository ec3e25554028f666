import { describe, expect, test } from "bun:test";
import http from "../../../plugins/http/index.ts";
import { start } from "../../pip/rig.ts";
import { NOON } from "../../support/records.ts";
import { type ApiCase, ask, testApiContract } from "../api-contract.ts";
import { type Exchange, serveRecording } from "../recorded-api.ts";

const SOURCE = {
  auth: { type: "header", name: "x-api-key", value: "{config/values/key}" },
  steps: [
    {
      name: "asset",
      request: { url: "{config/values/url}/assets", query: { serial: "{subject/device.serial_number}" } },
      records: "/items",
      match: { "/serial": "{subject/device.serial_number}" },
    },
    {
      name: "labels",
      request: { url: "{config/values/url}/assets/{asset/id}/labels", query: { page: "{page/cursor}" } },
      records: "/items",
      take: "all",
      paging: { type: "cursor", at: "/next" },
    },
  ],
  attributes: { "device.provider": { record: { score: "asset/score", last_seen: "asset/seen" } } },
  own: {
    "asset.owner": { type: "text", value: { path: "asset/owner/mail", lower_case: true } },
    "asset.lent": { type: "boolean", value: { path: "asset/state", spelled: { LENT: "yes" } } },
    "asset.labels": { type: "texts", value: { each: "labels", at: "/name" } },
  },
  absent_if_not_found: ["device.provider", "own.asset.labels"],
};

const CASE: ApiCase = {
  plugin: http,
  config: (url) => ({
    name: "cmdb",
    connection: "cmdb-1",
    values: { url, key: "{not a template}" },
    source: SOURCE,
  }),
  subject: { "device.serial_number": "A/1 ?" },
  wanted: ["device.provider:cmdb-1", "own.asset.owner", "own.asset.labels"],
};

const ASSET: Exchange = {
  request: "GET /assets?serial=A/1 ?",
  answer: {
    items: [
      {
        id: "a 1",
        serial: "a/1 ?",
        score: 80,
        seen: null,
        state: "LENT",
        owner: { mail: "Ada@Example.com" },
      },
      { id: "a 2", serial: "A/1 ?2", score: 10, owner: { mail: "mallory@example.com" } },
    ],
  },
};
const LABELS: readonly Exchange[] = [
  { request: "GET /assets/a 1/labels", answer: { items: [{ name: "mac" }], next: "2" } },
  { request: "GET /assets/a 1/labels?page=2", answer: { items: [{ name: "loaner" }], next: null } },
];

testApiContract(CASE, [ASSET, ...LABELS]);

describe("a JSON API", () => {
  test("is asked and read as declared", async () => {
    const { facts, heard } = await ask(CASE, [ASSET, ...LABELS]);
    expect(facts).toMatchObject({
      "device.provider:cmdb-1": { state: "known", source: "cmdb:cmdb-1", value: new Map([["score", 80]]) },
      "own.asset.owner": { state: "known", value: "ada@example.com" },
      "own.asset.labels": { state: "known", complete: true, value: new Set(["mac", "loaner"]) },
    });
    expect(new Set(heard.map(({ headers }) => headers.get("x-api-key")))).toEqual(
      new Set(["{not a template}"]),
    );
  });

  test("whose value is not of the type that was declared says nothing", async () => {
    const { facts } = await ask({ ...CASE, wanted: ["own.asset.lent"] }, [ASSET, ...LABELS]);
    expect(facts["own.asset.lent"]).toMatchObject({ state: "unknown", why: "malformed" });
  });

  test("that does not have the subject says so of what is declared, and nothing of the rest", async () => {
    const { facts } = await ask(CASE, [{ ...ASSET, answer: { items: [] } }]);
    expect(facts).toMatchObject({
      "device.provider:cmdb-1": { state: "absent" },
      "own.asset.owner": { state: "unknown", why: "missing" },
      "own.asset.labels": { state: "absent" },
    });
  });

  test("that has more pages than are read has told a part", async () => {
    const page = (request: string): Exchange => ({
      request,
      answer: { items: [{ name: "mac" }], next: "1" },
    });
    const { facts, heard } = await ask(CASE, [
      ASSET,
      page("GET /assets/a 1/labels"),
      page("GET /assets/a 1/labels?page=1"),
    ]);
    expect(facts["own.asset.labels"]).toMatchObject({
      state: "known",
      complete: false,
      value: new Set(["mac"]),
    });
    expect(heard).toHaveLength(51);
  });

  test("that lists something without the text that was declared says nothing of the list", async () => {
    const unnamed: Exchange = { request: "GET /assets/a 1/labels", answer: { items: [{ name: "mac" }, {}] } };
    const { facts } = await ask(CASE, [ASSET, unnamed]);
    expect(facts["own.asset.labels"]).toMatchObject({ state: "unknown", why: "malformed" });
  });

  test("is not asked for a subject without a name: a filter for nothing finds everything", async () => {
    const { facts, heard } = await ask({ ...CASE, subject: { "device.serial_number": "" } }, [ASSET]);
    expect(facts["own.asset.owner"]).toMatchObject({ state: "unknown", why: "malformed" });
    expect(heard).toEqual([]);
  });

  test("whose answer leads out of its address is not followed", async () => {
    const answer = { items: [{ id: "..", serial: "A/1 ?" }] };
    const { facts, heard } = await ask(CASE, [{ ...ASSET, answer }]);
    expect(facts["own.asset.labels"]).toMatchObject({ state: "unknown", why: "malformed" });
    expect(heard).toHaveLength(1);
  });
});

describe("a JSON API of people", () => {
  const PEOPLE: ApiCase = {
    plugin: http,
    config: (url) => ({
      name: "people",
      identity_provider: "idp-1",
      source: {
        steps: [
          {
            name: "person",
            request: { url: `${url}/people/{subject/identity.email}` },
            match: { "/mail": "{subject/identity.email}" },
            not_found: { at: "/error", is: "nobody" },
          },
          {
            name: "teams",
            request: { url: `${url}/teams`, query: { of: "{person/id}" } },
            records: "",
            take: "all",
            paging: { type: "link" },
          },
        ],
        attributes: { "identity.groups": { each: "teams", names: "/name" } },
        absent_if_not_found: ["identity.groups"],
      },
    }),
    subject: { "identity.email": "ada@example.com" },
    wanted: ["identity.groups"],
  };
  const ADA: Exchange = {
    request: "GET /people/ada@example.com",
    answer: { id: 7, mail: "ada@example.com" },
  };

  test("that says of a 404 what it means has nobody of that name", async () => {
    const { facts } = await ask(PEOPLE, [{ ...ADA, status: 404, answer: { error: "nobody" } }]);
    expect(facts["identity.groups"]).toMatchObject({ state: "absent" });
  });

  test("that answers with somebody else has not said that there is nobody", async () => {
    const { facts } = await ask(PEOPLE, [{ ...ADA, answer: { id: 8, mail: "mallory@example.com" } }]);
    expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "missing" });
  });

  test("whose pages never end has told a part of the teams", async () => {
    const page: Exchange = {
      request: "GET /teams?of=7",
      headers: { link: '<{url}/teams?of=7>; title="a, b"; rel="next"' },
      answer: [{ name: "platform" }],
    };
    const { facts } = await ask(PEOPLE, [ADA, page]);
    expect(facts["identity.groups"]).toMatchObject({
      state: "known",
      complete: false,
      value: { names: new Set(["platform"]) },
    });
  });
});

describe("a declaration", () => {
  const declare = (source: object) =>
    start(http, { config: { name: "cmdb", source: { ...SOURCE, ...source } } });
  const [asset, labels] = SOURCE.steps;

  test.each([
    ["a step that comes later", { steps: [labels, asset] }, "step labels names asset"],
    ["two steps of one name", { steps: [asset, asset] }, "two steps are called asset"],
    ["a record that there is not", { own: { x: { type: "text", value: "aset/id" } } }, "reads aset"],
    ["a list where a record is", { own: { x: { type: "text", value: "labels/0" } } }, "reads labels"],
    [
      "a record where a list is",
      { own: { x: { type: "texts", value: { each: "asset", at: "/x" } } } },
      "goes over asset",
    ],
    [
      "a way to write literals that there is not",
      { steps: [{ ...asset, match: { "/a": "{config/a|sql}" } }] },
      "no literal of kind sql",
    ],
  ])("that names %s is refused", async (_, source, message) => {
    await expect(declare(source)).rejects.toThrow(message);
  });

  test("with an unknown key is refused, however deep", async () => {
    await expect(declare({ steps: [{ ...asset, retries: 3 }, labels] })).rejects.toThrow(
      "retries: is an unknown key",
    );
  });
});

describe("a token of an API", () => {
  const TOKEN: Exchange = {
    request: "POST /token",
    answer: { access_token: "t", token_type: "bearer", expires_in: 300 },
  };
  const PING: Exchange = { request: "GET /ping", answer: { user: "ada" } };

  async function startPing(url: string, clock: () => number) {
    return start(http, {
      clock,
      config: {
        name: "ping",
        source: {
          auth: { type: "client_credentials", token_url: `${url}/token`, client_id: "c", client_secret: "s" },
          steps: [
            {
              name: "ping",
              request: { url: `${url}/ping`, headers: { "x-who": "{subject/identity.subject}" } },
            },
          ],
          own: { user: { type: "text", value: "ping/user" } },
        },
      },
    });
  }

  test("is asked for once by all who wait, and again before it ends", async () => {
    let now = NOON;
    using api = serveRecording([TOKEN, PING]);
    const provider = await startPing(api.url, () => now);
    const askOnce = () => provider.ask({ "identity.subject": "ada" }, ["own.user"]);
    const tokens = () => api.heard.filter(({ request }) => request === "POST /token").length;
    await Promise.all([askOnce(), askOnce(), askOnce()]);
    expect(tokens()).toBe(1);
    now = NOON + 239_000;
    await askOnce();
    expect(tokens()).toBe(1);
    now = NOON + 240_000;
    expect((await askOnce())["own.user"]).toMatchObject({ state: "known", value: "ada" });
    expect(tokens()).toBe(2);
    await provider.dispose();
  });

  test("that is refused before its time is not shown again", async () => {
    let isRefused = true;
    using api = serveRecording([TOKEN, PING], ({ request }) =>
      request === "GET /ping" && isRefused ? Response.json({}, { status: 401 }) : null,
    );
    const provider = await startPing(api.url, () => NOON);
    const askOnce = async () => (await provider.ask({ "identity.subject": "ada" }, ["own.user"]))["own.user"];
    expect(await askOnce()).toMatchObject({ state: "unknown", why: "refused" });
    isRefused = false;
    expect(await askOnce()).toMatchObject({ state: "known", value: "ada" });
    expect(api.heard.map(({ request }) => request)).toEqual([
      "POST /token",
      "GET /ping",
      "POST /token",
      "GET /ping",
    ]);
    await provider.dispose();
  });
});
