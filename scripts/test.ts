/**
 * `npm test [-- arguments of bun test]`: installs the servers that tests talk to, runs the tests and, on a
 * full run, holds the rooms that must be covered to the last line to it. The last line are the totals.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCoverageGaps, renderCoverageGap } from "./coverage-gate.ts";
import { installServers } from "./install-servers.ts";
import { readSkipped, readTotals, renderTotals } from "./test-totals.ts";

const FULLY_COVERED = "src/{core,token}/**/*.ts";

const top = join(import.meta.dir, "..");
// Debian keeps servers where only root's PATH looks.
process.env.PATH = [`${top}/node_modules/.bin`, process.env.PATH, "/usr/sbin", "/sbin"].join(":");

const args = process.argv.slice(2);
const isFullRun = args.length === 0;

await installServers();
const reports = await mkdtemp(join(tmpdir(), "postern-test-"));
try {
  const totals = await runTests();
  for (const name of await listSkipped()) console.log(`skipped: ${name}`);
  const gaps = isFullRun ? await checkCoverage() : [];
  for (const gap of gaps) console.log(`not covered: ${renderCoverageGap(gap)}`);
  // Each file with a gap counts as a failed test.
  const failed = totals.failed + gaps.length;
  console.log(renderTotals({ ...totals, failed }));
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(reports, { recursive: true, force: true });
}

async function runTests() {
  const report = [
    "--dots",
    "--timeout=180000",
    "--reporter=junit",
    `--reporter-outfile=${join(reports, "junit.xml")}`,
  ];
  const coverage = isFullRun ? ["--coverage-reporter=lcov", `--coverage-dir=${reports}`] : [];
  const child = Bun.spawn([process.execPath, "test", ...report, ...coverage, ...args], {
    cwd: top,
    env: process.stderr.isTTY ? { FORCE_COLOR: "1", ...process.env } : process.env,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
  });
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  return readTotals(output, await child.exited);
}

async function listSkipped(): Promise<string[]> {
  const junit = Bun.file(join(reports, "junit.xml"));
  return (await junit.exists()) ? readSkipped(await junit.text()) : [];
}

async function checkCoverage() {
  const lcov = Bun.file(join(reports, "lcov.info"));
  const sources = new Map<string, string>();
  for await (const file of new Bun.Glob(FULLY_COVERED).scan({ cwd: top })) {
    sources.set(file, await Bun.file(join(top, file)).text());
  }
  return findCoverageGaps((await lcov.exists()) ? await lcov.text() : "", sources);
}
