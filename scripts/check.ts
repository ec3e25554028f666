/** `npm run check`: everything CI asks for, in its order; stops at the first step that fails and shows its output. */
import { join } from "node:path";

interface Step {
  readonly name: string;
  /** Arguments of Bun. */
  readonly run: readonly string[];
  /** Whether its output is worth watching while it runs. */
  readonly live: boolean;
}

const top = join(import.meta.dir, "..");

const STEPS: readonly Step[] = [
  { name: "types", run: ["x", "tsc", "--noEmit"], live: false },
  { name: "lint", run: ["x", "biome", "check", "."], live: false },
  { name: "docs in sync", run: ["scripts/write-schemas.ts", "--check"], live: false },
  { name: "tests", run: ["scripts/test.ts"], live: true },
];

for (const step of STEPS) {
  const startedAt = performance.now();
  if (step.live) console.log(`… ${step.name}`);
  const failure = await runStep(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${failure === null ? "✓" : "✗"} ${step.name} (${seconds} s)`);
  if (failure !== null) {
    process.stdout.write(failure);
    process.exit(1);
  }
}

/** The output of a step that failed, null where it passed. */
async function runStep({ run, live }: Step): Promise<string | null> {
  const output = live ? "inherit" : "pipe";
  const child = Bun.spawn([process.execPath, ...run], {
    cwd: top,
    env: { ...process.env, POSTERN_TEST_REQUIRE: "all" },
    stdin: "ignore",
    stdout: output,
    stderr: output,
  });
  const [stdout, stderr, code] = await Promise.all([
    readAll(child.stdout),
    readAll(child.stderr),
    child.exited,
  ]);
  return code === 0 ? null : stdout + stderr;
}

async function readAll(stream: ReadableStream | undefined): Promise<string> {
  return stream === undefined ? "" : new Response(stream).text();
}
