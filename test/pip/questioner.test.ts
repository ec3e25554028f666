import { describe, expect, test } from "bun:test";
import { createCircuitBreaker } from "../../src/pip/circuit-breaker.ts";
import { ProviderError } from "../../src/pip/provider-error.ts";
import { createQuestioner, type QuestionerOptions } from "../../src/pip/questioner.ts";
import { NOON } from "../support/records.ts";

function breakerAt() {
  const time = { ms: 0 };
  return {
    time,
    breaker: createCircuitBreaker(
      () => time.ms,
      () => 1,
    ),
  };
}

function failTimes(breaker: { fail(): void }, times: number): void {
  for (let count = 0; count < times; count++) breaker.fail();
}

describe("a circuit breaker", () => {
  test("opens after five failures in a row, and no success between them", () => {
    const { breaker } = breakerAt();
    failTimes(breaker, 4);
    breaker.succeed();
    failTimes(breaker, 4);
    expect({ state: breaker.state, admits: breaker.admit() }).toEqual({ state: "closed", admits: true });
    breaker.fail();
    expect({ state: breaker.state, admits: breaker.admit() }).toEqual({ state: "open", admits: false });
  });

  test("lets one question through after a pause, and the rest when that one succeeds", () => {
    const { breaker, time } = breakerAt();
    failTimes(breaker, 5);
    time.ms = 499;
    expect(breaker.admit()).toBe(false);
    time.ms = 500;
    expect([breaker.admit(), breaker.admit(), breaker.state]).toEqual([true, false, "half_open"]);
    breaker.succeed();
    expect([breaker.admit(), breaker.admit(), breaker.state]).toEqual([true, true, "closed"]);
  });

  test("pauses twice as long after each failed probe, and five seconds at most", () => {
    const { breaker, time } = breakerAt();
    failTimes(breaker, 5);
    const pauses: number[] = [];
    for (let probe = 0; probe < 6; probe++) {
      const from = time.ms;
      while (!breaker.admit()) time.ms += 100;
      pauses.push(time.ms - from);
      breaker.fail();
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  test("spreads the pauses of a fleet over half their length", () => {
    const time = { ms: 0 };
    const eager = createCircuitBreaker(
      () => time.ms,
      () => 0,
    );
    const patient = createCircuitBreaker(
      () => time.ms,
      () => 1,
    );
    failTimes(eager, 5);
    failTimes(patient, 5);
    time.ms = 250;
    expect([eager.admit(), patient.admit()]).toEqual([true, false]);
  });
});

function questioner(options: Partial<QuestionerOptions> = {}) {
  const lines: string[] = [];
  const asking = createQuestioner({
    timeoutMs: 1_000,
    concurrency: 2,
    clock: () => NOON,
    elapsedMs: () => 0,
    random: () => 1,
    log: (message) => lines.push(message),
    retryAfter: { leftMs: () => 0 },
    ...options,
  });
  return { asking, lines };
}

const never = () => new Promise<never>(() => {});
const failWith = (code: "failed" | "malformed") => () => Promise.reject(new ProviderError(code, "no"));

describe("questions to one source", () => {
  test("are asked no more at once than its limit, and not queued beyond it", async () => {
    const { asking } = questioner({ timeoutMs: 20 });
    let asked = 0;
    const ask = () =>
      asking.ask(() => {
        asked++;
        return never();
      });
    const outcomes = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(outcomes.map((outcome) => "failure" in outcome && outcome.failure)).toEqual([
      "timeout",
      "timeout",
      "overloaded",
      "overloaded",
    ]);
    expect(asked).toBe(2);
  });

  test("keep their place until they truly end, whatever their signal says", async () => {
    const { asking } = questioner({ timeoutMs: 10, concurrency: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    expect(await asking.ask(() => promise)).toEqual({ failure: "timeout" });
    expect(asking.health().inFlight).toBe(1);
    expect(await asking.ask(async () => "answer")).toEqual({ failure: "overloaded" });
    resolve();
    await promise;
    expect(await asking.ask(async () => "answer")).toEqual({ answer: "answer" });
    expect(asking.health().inFlight).toBe(0);
  });

  test("are told by their signal when nobody waits any more", async () => {
    const { asking } = questioner({ timeoutMs: 10 });
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await asking.ask((signal) => {
      signal.addEventListener("abort", () => resolve(signal.reason));
      return never();
    });
    expect(await promise).toMatchObject({ code: "timeout" });
  });

  test("are not asked while the circuit is open", async () => {
    const { asking } = questioner();
    for (let count = 0; count < 5; count++) await asking.ask(failWith("failed"));
    let asked = false;
    const outcome = await asking.ask(async () => {
      asked = true;
    });
    expect({ outcome, asked }).toEqual({ outcome: { failure: "circuit_open" }, asked: false });
    expect(asking.health()).toMatchObject({ breaker: "open", lastFailure: { why: "failed", at: NOON } });
  });

  test("that fail for one subject alone open no circuit for the others", async () => {
    const { asking } = questioner();
    for (let count = 0; count < 20; count++) await asking.ask(failWith("malformed"));
    expect(await asking.ask(async () => 1)).toEqual({ answer: 1 });
  });

  test("that throw at once are failures like any other", async () => {
    const { asking } = questioner();
    const outcome = await asking.ask(() => {
      throw new Error("a bug");
    });
    expect(outcome).toEqual({ failure: "failed" });
    expect(asking.health().inFlight).toBe(0);
  });

  test("are logged when the source begins to fail and when it answers again, not each time", async () => {
    const { asking, lines } = questioner();
    for (let count = 0; count < 3; count++) await asking.ask(failWith("failed"));
    for (let count = 0; count < 3; count++) await asking.ask(async () => 1);
    expect(lines).toEqual(["does not answer: no", "answers again"]);
  });

  test("show how the source fares", async () => {
    let now = NOON;
    const { asking } = questioner({ clock: () => now });
    expect(asking.health()).toEqual({
      breaker: "closed",
      inFlight: 0,
      lastSuccessAt: null,
      lastFailure: null,
      lagMs: null,
      retryAfterMs: 0,
    });
    await asking.ask(async () => 1);
    now += 3_000;
    await asking.ask(failWith("failed"));
    expect(asking.health()).toEqual({
      breaker: "closed",
      inFlight: 0,
      lastSuccessAt: NOON,
      lastFailure: { why: "failed", at: NOON + 3_000 },
      lagMs: 3_000,
      retryAfterMs: 0,
    });
  });
});
