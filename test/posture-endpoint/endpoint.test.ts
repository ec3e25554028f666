import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type PlayedSource, playSource, TRUSTED_ONLY, trustProvider } from "../plugins/host/played-source.ts";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { type Reply, readReply, sha256, TestService } from "../support/test-service.ts";
import { accessHeader, applicationClaims, createEdgeKey, edgeKey, signTexts } from "../token/access-team.ts";

const CLIENT = { "CF-Access-Client-Id": "warp.access", "CF-Access-Client-Secret": "warp-secret" };
const AUDIENCE = "aud-of-posture";

let source: PlayedSource;
let service: TestService;
const faulty = createFaultyStore();

beforeAll(async () => {
  source = playSource();
  service = await TestService.start(TRUSTED_ONLY, {
    store: faulty.store,
    config: {
      providers: [trustProvider(source, { batch: 100, timeout: "500ms", interval: "30d" })],
      posture_scores: [
        {
          name: "laptop",
          healthy: "high",
          rules: [{ rule: "Trusted", weight: 1 }],
          audience: AUDIENCE,
          clients: [{ client_id: "warp.access", secret_sha256: sha256("warp-secret") }],
        },
        {
          name: "risk",
          healthy: "low",
          rules: [{ rule: "Trusted", weight: 1 }],
          clients: [{ client_id: "warp.access", secret_sha256: sha256("warp-secret") }],
        },
      ],
    },
  });
});
afterAll(async () => {
  await service.stop();
  source[Symbol.dispose]();
});
beforeEach(() => {
  source.answer = () => 90;
  source.status = 200;
  source.asked.length = 0;
  faulty.before = () => {};
});

async function post(
  body: unknown,
  headers: Record<string, string> = CLIENT,
  score = "laptop",
): Promise<Reply> {
  return readReply(
    await fetch(`${service.urlOf("public")}/posture/${score}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  );
}

/** What is answered of these devices, each with a serial number of its own unless it says another. */
async function scoresOf(devices: readonly object[], score = "laptop"): Promise<unknown> {
  const { status, text } = await post({ devices }, CLIENT, score);
  expect(status).toBe(200);
  return JSON.parse(text).result;
}

const device = (id: string, more: object = {}) => ({
  device_id: id,
  email: "ada@example.com",
  serial_number: `serial-of-${id}`,
  mac_address: "74:1d:3e:23:e0:fe",
  virtual_ipv4: "100.96.0.10",
  hostname: "",
  ...more,
});

describe("a device is scored", () => {
  test("by what a provider says of it, both ways round", async () => {
    source.answer = (id) => (id === "a1" ? 90 : 10);
    const devices = [device("a1"), device("a2")];
    expect(await scoresOf(devices)).toEqual({ a1: { s2s_id: "", score: 100 }, a2: { s2s_id: "", score: 0 } });
    expect(await scoresOf(devices, "risk")).toEqual({
      a1: { s2s_id: "", score: 0 },
      a2: { s2s_id: "", score: 100 },
    });
  });

  test("at the unhealthy end where nobody has heard of it", async () => {
    source.answer = () => null;
    expect(await scoresOf([device("b1")])).toEqual({ b1: { s2s_id: "", score: 0 } });
    source.answer = () => undefined;
    expect(await scoresOf([device("b2")], "risk")).toEqual({ b2: { s2s_id: "", score: 100 } });
  });

  test("at the unhealthy end where its source is down", async () => {
    source.status = 503;
    expect(await scoresOf([device("c1")])).toEqual({ c1: { s2s_id: "", score: 0 } });
  });

  test("at the unhealthy end where the store is down", async () => {
    faulty.before = STORE_DOWN;
    expect(await scoresOf([device("d1")])).toEqual({ d1: { s2s_id: "", score: 0 } });
    expect(await scoresOf([device("d1")], "risk")).toEqual({ d1: { s2s_id: "", score: 100 } });
  });

  test("at the unhealthy end where another has its serial number, in any case", async () => {
    const twins = [device("e1", { serial_number: "C02" }), device("e2", { serial_number: "c02" })];
    expect(await scoresOf([...twins, device("e3")])).toEqual({
      e1: { s2s_id: "", score: 0 },
      e2: { s2s_id: "", score: 0 },
      e3: { s2s_id: "", score: 100 },
    });
  });

  test("at the unhealthy end where another request told of another with its serial number", async () => {
    await scoresOf([device("f1", { serial_number: "F01" })]);
    expect(await scoresOf([device("f2", { serial_number: "F01" })])).toEqual({
      f2: { s2s_id: "", score: 0 },
    });
    expect(await scoresOf([device("f1", { serial_number: "F01" })])).toEqual({
      f1: { s2s_id: "", score: 0 },
    });
  });

  test("though it has no serial number, and many have none", async () => {
    const blank = [device("g1", { serial_number: "" }), { device_id: "g2" }];
    expect(await scoresOf(blank)).toMatchObject({ g1: { score: 100 }, g2: { score: 100 } });
  });

  test("from the store, once it was asked about", async () => {
    await scoresOf([device("h1")]);
    expect(source.asked).toEqual([["h1"]]);
    await scoresOf([device("h1")]);
    expect(source.asked).toHaveLength(1);
  });
});

describe("a request", () => {
  test("of a thousand devices has an answer for every one, and the source is asked in batches", async () => {
    const devices = Array.from({ length: 1_000 }, (_, index) => device(`many-${index}`));
    const result = await scoresOf(devices);
    expect(Object.keys(Object(result))).toEqual(devices.map(({ device_id }) => device_id));
    expect(source.asked).toHaveLength(10);
  });

  test.each([
    ["no device", { devices: [] }, {}],
    ["a capital letter", { Devices: [] }, {}],
    [
      "a device whose id is a name of its own in JavaScript",
      { devices: [{ device_id: "constructor" }] },
      { constructor: { s2s_id: "", score: 100 } },
    ],
  ])("with %s is answered", async (_, body, result) => {
    const { status, text } = await post(body);
    expect(status).toBe(200);
    expect(Object.entries(JSON.parse(text).result)).toEqual(Object.entries(result));
  });

  test.each([
    ["is no JSON", "{[ ]}", 400],
    ["is a list", "[]", 400],
    ["names no list", "{}", 400],
    ["names two", '{"devices": [], "Devices": []}', 400],
    ["has a device without an id", { devices: [{ serial_number: "C02" }] }, 400],
    ["has a device with an empty id", { devices: [{ device_id: "" }] }, 400],
    ["has a serial number that is none", { devices: [{ device_id: "a", serial_number: 7 }] }, 400],
    [
      "has 1,001 devices",
      { devices: Array.from({ length: 1_001 }, (_, id) => ({ device_id: `${id}` })) },
      400,
    ],
    ["is larger than 1 MiB", { devices: [], padding: "x".repeat(1_048_576) }, 413],
  ])("that %s is refused", async (_, body, status) => {
    const reply = await post(body);
    expect(reply.status).toBe(status);
    expect(source.asked).toEqual([]);
  });

  test("for a score that there is not is 404, and any other method 405", async () => {
    expect((await post({ devices: [] }, CLIENT, "other")).status).toBe(404);
    expect((await fetch(`${service.urlOf("public")}/posture/laptop`)).status).toBe(405);
  });
});

describe("whoever asks", () => {
  const claims = (more: object = {}) => ({
    ...applicationClaims({ sub: "", common_name: "warp.access", aud: [AUDIENCE] }),
    email: undefined,
    ...more,
  });
  const assertion = async (more: object = {}, key = edgeKey) => ({
    "Cf-Access-Jwt-Assertion": await signTexts(
      JSON.stringify(accessHeader({ kid: edgeKey.kid })),
      JSON.stringify(claims(more)),
      key,
    ),
  });

  test("comes through Access with a service token is answered", async () => {
    expect((await post({ devices: [] }, await assertion())).status).toBe(200);
  });

  test.each([
    ["for another application", { aud: ["other"] }],
    ["that has expired", { exp: 1 }],
    ["of a person", { sub: "user-ada", common_name: undefined, email: "ada@example.com" }],
  ])("has an assertion %s is refused, whatever else they hold", async (_, more) => {
    const { status, text } = await post({ devices: [] }, { ...CLIENT, ...(await assertion(more)) });
    expect(status).toBe(403);
    expect(JSON.parse(text)).toEqual({ success: false, error: "missing or invalid credentials of Access" });
  });

  test("signs an assertion themselves is refused", async () => {
    expect((await post({ devices: [] }, await assertion({}, await createEdgeKey(edgeKey.kid)))).status).toBe(
      403,
    );
  });

  test.each([
    ["nothing", {}],
    ["another secret", { ...CLIENT, "CF-Access-Client-Secret": "warp-secreT" }],
    ["another id", { ...CLIENT, "CF-Access-Client-Id": "other.access" }],
    ["the id alone", { "CF-Access-Client-Id": "warp.access" }],
    ["the hash for the secret", { ...CLIENT, "CF-Access-Client-Secret": sha256("warp-secret") }],
  ])("shows %s is refused before anything is read", async (_, headers) => {
    expect((await post("x".repeat(2_000), headers)).status).toBe(403);
  });
});
