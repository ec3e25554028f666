import { expect, test } from "bun:test";
import { join } from "node:path";

const script = join(import.meta.dir, "../../scripts/agreement.ts");

async function runScript(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = Bun.spawn([process.execPath, script, ...args], { stdout: "pipe", stderr: "pipe" });
  const [code, stdout, stderr] = await Promise.all([
    child.exited,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code, stdout, stderr };
}

test("scripts/agreement.ts says how many requests were agreed on and from which seed", async () => {
  const { code, stdout, stderr } = await runScript("--count", "500", "--seed", "3");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/agree on \d+ requests \(seed 3\)/);
}, 180_000);

test.each([
  [["--count", "many"], "--count has to be a whole number from 1"],
  [["--count", "0"], "--count has to be a whole number from 1"],
  [["--seed", "x"], "--seed has to be a whole number"],
  [["--speed", "1"], "Unknown option '--speed'"],
])(
  "scripts/agreement.ts refuses %p",
  async (args, message) => {
    const { code, stderr } = await runScript(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  },
  30_000,
);
