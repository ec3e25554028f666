import { basename, dirname } from "node:path";
import { loadPolicyTests } from "../../src/cli/policy-test/load-tests.ts";
import { runPolicyTests } from "../../src/cli/policy-test/run-tests.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";
import { compilePolicySet } from "../../src/core/compile.ts";
import { type Fault, renderFault } from "../../src/core/place.ts";
import { NOON } from "../support/records.ts";
import { normalise } from "./normalise.ts";
import { type Block, blocksOf, type Page } from "./pages.ts";
import { Shell } from "./shell.ts";

/** Something that a page shows and that is not so. */
export interface Untruth {
  readonly place: string;
  readonly shown: string;
  readonly found: string;
}

/** A line of a console, and the output that is shown under it; null where none is. */
export interface Command {
  readonly line: string;
  readonly output: string | null;
}

/** What the configurations of the pages draw in. */
const ENVIRONMENT = { POSTERN_KEY_PASSPHRASE: "a passphrase", REDIS_PASSWORD: "a password" };

/** Stands for any number of lines. */
const ELLIPSIS = "…";

/** The commands of a console block: lines that begin with `$ `, each with what follows. */
export function commandsOf(text: string): readonly Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line = "", ...output] = part.trimEnd().split("\n");
      return { line, output: output.length === 0 ? null : output.join("\n") };
    });
}

/** Whether output is what is shown of it. */
export function matches(shown: string, output: string): boolean {
  const pattern = normalise(shown)
    .split("\n")
    .map((line) => (line.trim() === ELLIPSIS ? "(?:.*\n)*?.*" : RegExp.escape(line)))
    .join("\n");
  return new RegExp(`^${pattern}$`).test(normalise(output));
}

/** Does what a page says, block by block, in one shell: writes its files and runs its commands. */
export async function walk(page: Page): Promise<readonly Untruth[]> {
  const untruths: Untruth[] = [];
  await using shell = await Shell.open();
  for (const block of blocksOf(page)) {
    const place = `${page.path}:${block.line}`;
    if (block.language === "console") untruths.push(...(await runBlock(block, place, shell)));
    const file = fileOf(block);
    if (file === null) continue;
    const text = block.language === "json" ? `${JSON.stringify(JSON.parse(block.text))}\n` : block.text;
    const faults = await findFaults(await shell.write(file, text));
    if (faults.length > 0) untruths.push({ place, shown: file, found: faults.join("\n") });
  }
  return untruths;
}

async function runBlock({ text }: Block, place: string, shell: Shell): Promise<readonly Untruth[]> {
  const untruths: Untruth[] = [];
  const commands = commandsOf(text);
  for (const [index, { line, output: shown }] of commands.entries()) {
    const { code, output } = await shell.run(line);
    const found = shell.asDocumented(output);
    if (shown !== null && !matches(shown, found))
      untruths.push({ place, shown: `$ ${line}\n${shown}`, found });
    // A page that shows a failure shows its code, too.
    if (code !== 0 && commands[index + 1]?.line !== "echo $?") {
      untruths.push({ place, shown: `$ ${line}`, found: `exit code ${code}\n${found}` });
    }
  }
  return untruths;
}

/** The file that a block is: the first line's comment in YAML, the fence's title in JSON. Null for an excerpt. */
export function fileOf({ language, title, text }: Block): string | null {
  if (language === "json") return title === "" ? null : title;
  if (language !== "yaml") return null;
  return /^# (\S+\.ya?ml)\n/.exec(text)?.[1] ?? null;
}

async function findFaults(file: string): Promise<readonly string[]> {
  const render = (faults: readonly Fault[]) => faults.map(renderFault);
  const name = basename(file);
  // Facts, and lines of a log, are read by the commands that name them.
  if (name.startsWith("facts") || !/\.ya?ml$/.test(name)) return [];
  if (name === "postern.yaml") {
    return render((await loadConfig(file, ENVIRONMENT)).faults);
  }
  const { policySet, faults } = await loadPolicies(dirname(file));
  if (policySet === null) return render(faults);
  if (!name.includes(".test.")) return [];
  const read = await loadPolicyTests([file], policySet, NOON);
  const failed = runPolicyTests(read.tests, compilePolicySet(policySet), NOON).filter(
    ({ passed }) => !passed,
  );
  return [...render(read.faults), ...failed.map(({ test }) => `${test.name}: failed`)];
}
