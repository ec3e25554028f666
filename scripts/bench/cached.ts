import type { Benchmark } from "./benchmark.ts";
import { runScript } from "./processes.ts";
import { measureRounds } from "./rounds.ts";

const CORE = 0;

/** Decisions about people whose sessions were found live a moment ago. */
export const CACHED: Benchmark = {
  name: "cached",
  title: "Decisions from the cache, on one core",
  async run(effort) {
    const [cached] = await measureRounds(
      [
        {
          name: "cached decisions",
          unit: "per_second",
          measure: (roundMs) => runScript("cached-decisions.ts", [String(roundMs)], CORE),
        },
      ],
      effort,
    );
    if (cached === undefined) throw new Error("nothing was measured");
    const { figure } = cached;
    return {
      figures: [figure],
      targets: [
        {
          name: figure.name,
          unit: "per_second",
          measured: figure.median,
          wanted: { atLeast: 200_000 },
        },
      ],
      remarks: [
        "Per second of processor time of a process of its own that is bound to one core, garbage collection included. Each decision is the whole of `decideRequest`: the cache is asked, the facts of the request are put beside what was learnt, and the policy is evaluated.",
      ],
    };
  },
};
