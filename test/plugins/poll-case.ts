import { expect, test } from "bun:test";
import type { FactName } from "../../src/core/attribute.ts";
import type { Fact, Facts } from "../../src/core/fact.ts";
import { start } from "../pip/rig.ts";
import type { ApiCase } from "./api-contract.ts";
import { CONNECTION, SERIAL } from "./device-case.ts";
import { type Exchange, type Reply, serveRecording } from "./recorded-api.ts";

/** The devices that recordings of polls are about: two that the API has, and one that it has not. */
export const POLLED = [SERIAL, "F5KPQ1ZZLM7T", "GONE00000001"] as const;

const RECORD = `device.provider:${CONNECTION}` satisfies FactName;

/** What a poll for these devices brings, and how often the API was asked; null where it brings nothing. */
async function poll(
  { plugin, config }: ApiCase,
  exchanges: readonly Exchange[],
  serials: readonly string[],
  replyInstead?: Reply,
) {
  using api = serveRecording(exchanges, replyInstead);
  const provider = await start(plugin, { config: config(api.url), settings: { timeoutMs: 200 } });
  const outcome = await provider.poll?.(serials.map((serial) => ({ "device.serial_number": serial })));
  await provider.dispose();
  const answers: readonly Facts[] | null = outcome && "answer" in outcome ? outcome.answer : null;
  return { records: answers?.map((facts) => facts[RECORD]) ?? null, asked: api.heard.length };
}

/** A record as it is expected; null for none, undefined for what is not known. */
type Expected = Readonly<Record<string, string | number | boolean>> | null | undefined;

/** A poll for `POLLED` brings these records, and asks no more often than there are exchanges. */
export function testPoll(
  apiCase: ApiCase,
  title: string,
  exchanges: readonly Exchange[],
  expected: readonly [Expected, Expected, Expected],
): void {
  test(`a poll ${title}`, async () => {
    const { records, asked } = await poll(apiCase, exchanges, POLLED);
    expect(records?.map(plain)).toEqual([...expected]);
    expect(asked).toBe(exchanges.length);
  });
}

/** Whatever goes wrong with any of the requests, a poll learns nothing of anybody. */
export function testPollFaults(apiCase: ApiCase, exchanges: readonly Exchange[]): void {
  test.each([
    ["is refused", () => Response.json({}, { status: 401 })],
    ["is one too many", () => Response.json({}, { status: 429 })],
    ["fails", () => Response.json({}, { status: 500 })],
    ["brings half an answer", () => new Response('{"data": [{"id": "1"')],
    ["brings an answer without what was asked for", () => Response.json({})],
    ["takes too long", () => Bun.sleep(400).then(() => Response.json({}))],
  ])("a poll learns nothing where one of its requests %s", async (_, reply) => {
    for (const index of exchanges.keys()) {
      const { records } = await poll(apiCase, exchanges, POLLED, (_exchange, at) =>
        at === index ? reply() : null,
      );
      expect(records).toBeNull();
    }
  });
}

function plain(fact: Fact<ReadonlyMap<string, unknown>> | undefined): unknown {
  if (fact?.state === "known") return Object.fromEntries(fact.value);
  return fact?.state === "absent" ? null : undefined;
}
