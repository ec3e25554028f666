import { arch, cpus, loadavg, release, totalmem, type } from "node:os";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import packageJson from "../../package.json";

/** What figures depend on, beside the code. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** Processes that wanted to run, on average over the last minute, before the benchmarks began. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

const Versions = Type.Record(Type.String(), Type.String());

export function describeMachine(): Machine {
  const versions = Value.Parse(Versions, { ...packageJson.dependencies, ...packageJson.devDependencies });
  const measured = ["elysia", "jose", "@cedar-policy/cedar-wasm", "cerbos"];
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()} ${arch()}`,
    load: loadavg()[0] ?? 0,
    versions: {
      bun: Bun.version,
      ...Object.fromEntries(measured.map((name) => [name, versions[name] ?? "missing"])),
    },
  };
}
