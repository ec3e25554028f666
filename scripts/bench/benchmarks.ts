import type { Benchmark } from "./benchmark.ts";
import { CACHED } from "./cached.ts";
import { FIFTY_ENGINE, PORTUGAL_ENGINE } from "./engine.ts";
import { EVALUATE } from "./evaluate.ts";
import { GARBAGE } from "./garbage.ts";
import { GROWTH } from "./growth.ts";
import { HTTP } from "./http.ts";
import { PROXY } from "./proxy.ts";
import { RELOAD } from "./reload.ts";
import { SESSIONS_STORED } from "./sessions.ts";
import { START } from "./start.ts";
import { STORED } from "./stored.ts";

/** All benchmarks, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  PORTUGAL_ENGINE,
  FIFTY_ENGINE,
  GARBAGE,
  GROWTH,
  HTTP,
  EVALUATE,
  PROXY,
  CACHED,
  STORED,
  SESSIONS_STORED,
  START,
  RELOAD,
];
