import { type Figure, quantile } from "./report.ts";

const EVERY_MS = 10;

/** Milliseconds between asking for `/keys` and having read them, every 10 ms for as long as `during` lasts. */
export async function sampleKeys(url: string, during: Promise<unknown>): Promise<readonly number[]> {
  let over = false;
  const end = () => {
    over = true;
  };
  void during.then(end, end);
  const asked: Promise<number>[] = [];
  // Asked on time, whether or not the last one was answered: a stall counts for all that it holds up.
  while (!over) {
    asked.push(askKeys(url));
    await Bun.sleep(EVERY_MS);
  }
  return Promise.all(asked);
}

async function askKeys(url: string): Promise<number> {
  const startedAt = performance.now();
  await (await fetch(`${url}/keys`)).text();
  return performance.now() - startedAt;
}

/** The 50th and the 99th percentile. */
export function latencyFigures(name: string, samplesMs: readonly number[]): Figure[] {
  const sorted = samplesMs.toSorted((a, b) => a - b);
  return [50, 99].map((percent) => ({
    name: `${name}, p${percent}`,
    unit: "time",
    median: quantile(sorted, percent / 100) * 1e6,
    spread: 0,
  }));
}
