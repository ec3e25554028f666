import { describe, expect, test } from "bun:test";
import { createRetryAfter } from "../../src/pip/retry-after.ts";
import { NOON } from "../support/records.ts";
import { pipOf, request, start } from "./rig.ts";
import { TRUST } from "./trust-plugin.ts";

const HEALTHY = { devices: [{ id: "d1", trust: 90 }] };
const D1 = request({ "device.id": "d1" });

/** A source that answers as it is told, and counts; time is the test's. */
async function playSource() {
  const time = { ms: 0 };
  const lines: string[] = [];
  const played = {
    asked: 0,
    reply: (): Response | Promise<Response> => Response.json(HEALTHY),
    time,
    lines,
  };
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch() {
      played.asked++;
      return played.reply();
    },
  });
  const provider = await start(TRUST, {
    config: { url: `http://127.0.0.1:${server.port}/` },
    clock: () => NOON + time.ms,
    elapsedMs: () => time.ms,
    random: () => 0,
    log: (message) => lines.push(message),
    settings: { expiresMs: 30_000 },
  });
  const ask = async () => (await provider.ask({ "device.id": "d1" }, ["own.trust"]))["own.trust"];
  return { ...{ played, provider, ask }, [Symbol.dispose]: () => void server.stop(true) };
}

function busy(status: number, retryAfter: string): () => Response {
  return () => new Response("later", { status, headers: { "retry-after": retryAfter } });
}

describe("a source that says when it is to be asked again", () => {
  test.each([
    ["429, in seconds", 429, "60"],
    ["503, in seconds", 503, "60"],
    ["429, by a date", 429, new Date(NOON + 60_000).toUTCString()],
    ["503, by a date", 503, new Date(NOON + 60_000).toUTCString()],
  ])("with %s, is not asked before then", async (_, status, retryAfter) => {
    using source = await playSource();
    const { played, ask, provider } = source;
    played.reply = busy(status, retryAfter);
    expect(await ask()).toMatchObject({ state: "unknown", why: status === 429 ? "refused" : "failed" });
    played.reply = () => Response.json(HEALTHY);
    played.time.ms = 59_999;
    expect(await ask()).toMatchObject({ state: "unknown", why: "circuit_open" });
    expect(provider.health()).toMatchObject({ breaker: "open", retryAfterMs: 1 });
    expect(played.asked).toBe(1);
    played.time.ms = 60_000;
    expect(await ask()).toMatchObject({ state: "known", value: 90 });
    expect(provider.health()).toMatchObject({ breaker: "closed", retryAfterMs: 0 });
  });

  test("is logged once, with how long that is", async () => {
    using source = await playSource();
    source.played.reply = busy(429, "60");
    await Promise.all([source.ask(), source.ask(), source.ask()]);
    expect(source.played.lines.filter((line) => line.includes("60 s"))).toEqual([
      "provider trust: is not asked for 60 s, as it wishes",
    ]);
  });

  test("is asked again after an hour, whatever it says", async () => {
    using source = await playSource();
    source.played.reply = busy(429, "1000000000");
    await source.ask();
    source.played.reply = () => Response.json(HEALTHY);
    source.played.time.ms = 3_600_000;
    expect(await source.ask()).toMatchObject({ state: "known" });
  });

  test.each([
    ["a date that is over", 429, new Date(NOON - 60_000).toUTCString()],
    ["what is neither a date nor a number", 429, "soon"],
    ["a negative number", 429, "-1"],
    ["a fraction", 429, "1.5"],
    ["nothing", 429, ""],
    ["a number with a status that has none", 500, "60"],
  ])("by %s, is asked as any other", async (_, status, retryAfter) => {
    using source = await playSource();
    source.played.reply = busy(status, retryAfter);
    await source.ask();
    source.played.reply = () => Response.json(HEALTHY);
    expect(await source.ask()).toMatchObject({ state: "known" });
  });

  test("has its rest though a question that it had before is still answered", async () => {
    using source = await playSource();
    const { promise, resolve } = Promise.withResolvers<Response>();
    source.played.reply = () => promise;
    const early = source.ask();
    while (source.played.asked === 0) await Bun.sleep(1);
    source.played.reply = busy(429, "60");
    await source.ask();
    resolve(Response.json(HEALTHY));
    expect(await early).toMatchObject({ state: "known" });
    source.played.reply = () => Response.json(HEALTHY);
    expect(await source.ask()).toMatchObject({ state: "unknown", why: "circuit_open" });
    expect(source.played.asked).toBe(2);
  });

  test("lets what is stored count as long as it would, and no longer; nobody else is left alone", async () => {
    using source = await playSource();
    using other = await playSource();
    const pip = pipOf([source.provider], undefined, () => NOON + source.played.time.ms);
    const learn = async () => (await pip.gather(["own.trust"], D1))["own.trust"];
    expect(await learn()).toMatchObject({ state: "known", learntAt: NOON });
    source.played.reply = busy(429, "60");
    await source.ask();
    source.played.time.ms = 29_999;
    expect(await learn()).toMatchObject({ state: "known", learntAt: NOON });
    source.played.time.ms = 30_000;
    expect(await learn()).toMatchObject({ state: "unknown", why: "circuit_open" });
    expect(source.played.asked).toBe(2);
    expect(await other.ask()).toMatchObject({ state: "known" });
  });
});

test("a fleet that was sent away does not come back in step", () => {
  const restOf = (random: number) => {
    const rest = createRetryAfter({
      clock: () => NOON,
      elapsedMs: () => 0,
      random: () => random,
      log: () => {},
    });
    rest.heed(busy(429, "60")());
    return rest.leftMs();
  };
  expect([restOf(0), restOf(1)]).toEqual([60_000, 66_000]);
});
