import { type Dice, seededDice } from "../oracle/dice.ts";
import { minimize } from "./minimize.ts";
import { mutate } from "./mutate.ts";
import { startStopwatch } from "./stopwatch.ts";
import { type Target, Violation } from "./target.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** Asked before each execution, with how many there have been. */
  readonly goesOn: (executions: number) => boolean;
  /** No input may take longer, in the best of several runs. */
  readonly maxMs: number;
}

export interface FuzzReport {
  readonly target: string;
  readonly executions: number;
  /** How many inputs were accepted: a fuzzer that is always refused finds nothing. */
  readonly accepted: number;
  readonly elapsedMs: number;
  readonly slowestMs: number;
  readonly slowestInput: string;
  readonly failure: FuzzFailure | null;
}

export interface FuzzFailure {
  /** The smallest that was found. */
  readonly input: string;
  readonly error: unknown;
}

/** Inputs that are kept to be mutated further. */
const MAX_POOL = 256;
const DRAWN_PERCENT = 30;
const SLOW_RUNS = 3;

/** Puts the corpus to the target, then mutated and drawn inputs, until one breaks it. The same seed gives the same inputs. */
export async function fuzz(target: Target, { seed, goesOn, maxMs }: FuzzOptions): Promise<FuzzReport> {
  const dice = seededDice(seed);
  const pool = [...target.corpus];
  const startedAt = performance.now();
  let [executions, accepted, slowestMs, slowestInput] = [0, 0, 0, ""];
  let failure: FuzzFailure | null = null;
  while (failure === null && goesOn(executions)) {
    const input = target.corpus[executions] ?? choose(dice, target, pool);
    const outcome = await run(target, input);
    executions++;
    if (outcome.ms > slowestMs) [slowestMs, slowestInput] = [outcome.ms, input];
    const error = outcome.error ?? (await findSlowness(target, input, outcome.ms, maxMs));
    if (error !== null) failure = { input: await shrink(target, input, error, maxMs), error };
    if (!outcome.accepted) continue;
    accepted++;
    // Accepted inputs are neighbours of others that might be, and should not.
    const { length } = target.corpus;
    if (pool.length < MAX_POOL) pool.push(input);
    else pool[length + dice(MAX_POOL - length)] = input;
  }
  const elapsedMs = performance.now() - startedAt;
  return { target: target.name, executions, accepted, elapsedMs, slowestMs, slowestInput, failure };
}

function choose(dice: Dice, { draw, dictionary }: Target, pool: readonly string[]): string {
  return draw !== undefined && dice(100) < DRAWN_PERCENT ? draw(dice) : mutate(dice, { pool, dictionary });
}

interface Outcome {
  readonly accepted: boolean;
  /** What it threw; null where everything held. */
  readonly error: unknown;
  readonly ms: number;
}

const PROTOTYPES: readonly object[] = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
];
const countProperties = () =>
  PROTOTYPES.reduce((sum, prototype) => sum + Reflect.ownKeys(prototype).length, 0);
const PROPERTIES = countProperties();

async function run(target: Target, input: string): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    const result = target.check(input);
    const accepted = typeof result === "boolean" ? result : await result;
    const ms = performance.now() - startedAt;
    const polluted = countProperties() !== PROPERTIES;
    return { accepted, error: polluted ? new Violation("a prototype was polluted") : null, ms };
  } catch (error) {
    return { accepted: false, error: error ?? new Violation("nothing was thrown"), ms: 0 };
  }
}

/** A pause of the machine is no fault of the input: only one that is slow again and again is slow. */
async function findSlowness(
  target: Target,
  input: string,
  firstMs: number,
  maxMs: number,
): Promise<Violation | null> {
  let bestMs = firstMs;
  for (let runs = 0; runs < SLOW_RUNS && bestMs > maxMs; runs++) {
    const elapsedMs = startStopwatch();
    await run(target, input);
    bestMs = Math.min(bestMs, elapsedMs());
  }
  return bestMs > maxMs ? new Violation(`an input takes more than ${maxMs} ms`) : null;
}

function shrink(target: Target, input: string, error: unknown, maxMs: number): Promise<string> {
  return minimize(input, async (shorter) => {
    const outcome = await run(target, shorter);
    const again = outcome.error ?? (await findSlowness(target, shorter, outcome.ms, maxMs));
    return again !== null && String(again) === String(error);
  });
}
