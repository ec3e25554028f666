import { describe, expect, test } from "bun:test";
import http from "../../../plugins/http/index.ts";
import { start } from "../../pip/rig.ts";
import { type Exchange, serveRecording } from "../recorded-api.ts";

const ASSET = {
  name: "asset",
  request: { url: "{config/values/url}/asset", query: { serial: "{subject/device.serial_number}" } },
  many: {
    request: {
      method: "POST",
      url: "{config/values/url}/assets",
      json: { serials: "{all}", after: "{page/cursor}" },
    },
    each: "{subject/device.serial_number}",
    at_most: 2,
  },
  paging: { type: "cursor", at: "/next" },
  records: "/items",
  match: { "/serial": "{subject/device.serial_number}" },
};
const SCORE = { name: "score", request: { url: "{config/values/url}/scores/{asset/id}" } };
const OWN = {
  owner: { type: "text", value: "asset/owner" },
  score: { type: "number", value: "score/value" },
};

const configOf = (url: string, steps: readonly object[]) => ({
  name: "cmdb",
  values: { url },
  source: { steps, own: steps.length > 1 ? OWN : { owner: OWN.owner }, absent_if_not_found: ["own.owner"] },
});

/** Owners of these assets as a poll finds them, and what the API heard. */
async function pollOwners(
  exchanges: readonly Exchange[],
  serials: readonly string[],
  steps: readonly object[] = [ASSET],
) {
  using api = serveRecording(exchanges);
  const provider = await start(http, { config: configOf(api.url, steps) });
  const outcome = await provider.poll?.(serials.map((serial) => ({ "device.serial_number": serial })));
  if (outcome === undefined || "failure" in outcome) throw new Error("the poll failed");
  const owners = outcome.answer.map(({ "own.owner": fact }) =>
    fact?.state === "known" ? fact.value : fact?.state,
  );
  return { owners, answer: outcome.answer, heard: api.heard.map(({ request, body }) => request + body) };
}

const found = (...serials: readonly string[]) => ({
  items: serials.map((serial) => ({ id: `id-${serial}`, serial, owner: `owner of ${serial}` })),
});
const many = (serials: readonly string[], answer: object, after: string | null = null): Exchange => ({
  request: "POST /assets",
  holding: JSON.stringify({ serials, after }),
  answer,
});

describe("a poll of a source that takes many at once", () => {
  test("asks for as many as it takes, page by page, and for those who are missing alone", async () => {
    const { owners, heard } = await pollOwners(
      [
        many(["a", "b"], { ...found("B"), next: "2" }),
        many(["a", "b"], found("a"), "2"),
        many(["c", "d"], found("other")),
        { request: "GET /asset?serial=c", answer: found("c") },
        { request: "GET /asset?serial=d", answer: found() },
      ],
      ["a", "b", "c", "d"],
    );
    expect(owners).toEqual(["owner of a", "owner of B", "owner of c", "absent"]);
    expect(heard).toHaveLength(5);
  });

  test("asks about each alone where the answer is not whole", async () => {
    const endless = Array.from({ length: 60 }, (_, page) =>
      many(["a", "b"], { ...found("a"), next: String(page + 1) }, page === 0 ? null : String(page)),
    );
    const alone = ["a", "b"].map((serial) => ({
      request: `GET /asset?serial=${serial}`,
      answer: found(serial),
    }));
    const { owners, heard } = await pollOwners([...endless, ...alone], ["a", "b"]);
    expect(owners).toEqual(["owner of a", "owner of b"]);
    expect(heard).toHaveLength(52);
  });

  test("says nothing of two records that could both be meant, nor of somebody who cannot be named", async () => {
    const { owners } = await pollOwners([many(["a", "b"], found("a", "A", "b"))], ["a", "", "b"]);
    expect(owners).toEqual([undefined, undefined, "owner of b"]);
  });

  test("asks about each in a step that takes one, and an odd answer is nobody else's loss", async () => {
    const { answer } = await pollOwners(
      [
        many(["a", "b"], found("a", "b")),
        { request: "GET /scores/id-a", answer: "none" },
        { request: "GET /scores/id-b", answer: { value: 7 } },
      ],
      ["a", "b"],
      [ASSET, SCORE],
    );
    expect(answer).toMatchObject([{}, { "own.score": { state: "known", value: 7 } }]);
    expect(answer[0]).toEqual({});
  });
});

test("a source that takes one at a time cannot be polled for many", async () => {
  const { many: _, ...one } = ASSET;
  const provider = await start(http, { config: configOf("http://127.0.0.1:1", [one]) });
  expect(provider.poll).toBeNull();
});

test.each([
  ["has no match", { match: undefined }],
  ["takes all", { take: "all" }],
  ["says nowhere where its records are", { records: undefined }],
])("a step for many that %s is refused: it could not tell whose an answer is", async (_, change) => {
  const step = JSON.parse(JSON.stringify({ ...ASSET, ...change }));
  await expect(start(http, { config: configOf("http://127.0.0.1:1", [step]) })).rejects.toThrow(
    "step asset asks about many: it must have records and a match, and take one",
  );
});
