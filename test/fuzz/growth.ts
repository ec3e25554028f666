import { startStopwatch } from "./stopwatch.ts";
import type { Target } from "./target.ts";

const SMALL_LENGTH = 4_096;
const FACTOR = 8;
/** Work in proportion takes eight times as long, quadratic work sixty-four times; the noise lies between. */
const MAX_RATIO = 32;
/** What is over so soon cannot be told from noise, and is no danger. */
const NEGLIGIBLE_MS = 25;
const TRIES = 8;
const SMALL_RUNS = 3;

const CHARACTERS = ["a", ".", "/", "@", "-", "[", "{", '"', "\\", "%2e"];

/**
 * Pieces of text that, repeated inside the first input of the corpus, make the target work more than in
 * proportion to their number; characters also where they are repeated alone.
 */
export async function findSuperlinear(target: Target): Promise<readonly string[]> {
  const [first = ""] = target.corpus;
  const middle = first.length >> 1;
  const found = new Set<string>();
  for (const unit of [...CHARACTERS, ...target.dictionary]) {
    const alone = (length: number) => unit.repeat(Math.ceil(length / unit.length));
    const inside = (length: number) => first.slice(0, middle) + alone(length) + first.slice(middle);
    const isProportional = await growsInProportion(target, inside);
    if (!isProportional) found.add(unit);
  }
  for (const unit of CHARACTERS) {
    const isProportional = await growsInProportion(target, (length) => unit.repeat(length / unit.length));
    if (!isProportional) found.add(unit);
  }
  return [...found];
}

/** One try in which it does is proof enough: nothing makes a computer faster than it is. */
export async function growsInProportion(
  target: Pick<Target, "check">,
  make: (length: number) => string,
): Promise<boolean> {
  const [small, large] = [make(SMALL_LENGTH), make(SMALL_LENGTH * FACTOR)];
  let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let tries = 0; tries < TRIES; tries++) {
    largeMs = Math.min(largeMs, await measure(target, large));
    if (largeMs < NEGLIGIBLE_MS) return true;
    // What is slow at first, until it is compiled, would make the large one look fast beside it.
    for (let runs = 0; runs < SMALL_RUNS; runs++) smallMs = Math.min(smallMs, await measure(target, small));
    if (largeMs / smallMs < MAX_RATIO) return true;
  }
  return false;
}

async function measure(target: Pick<Target, "check">, input: string): Promise<number> {
  const elapsedMs = startStopwatch();
  await target.check(input);
  return elapsedMs();
}
