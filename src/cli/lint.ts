import { resolve } from "node:path";
import { Option } from "commander";
import { loadPolicies } from "../config/policies/load-policies.ts";
import type { Level, ReportedFinding } from "../core/lint/finding.ts";
import { lintPolicies } from "../core/lint/lint.ts";
import type { ProvidedAttributes } from "../core/lint/provided-attributes.ts";
import type { PolicySet } from "../core/model.ts";
import type { Fault } from "../core/place.ts";
import { type CliIo, EXIT } from "./io.ts";
import { findingsToJson } from "./lint/findings-to-json.ts";
import { attributesProvidedBy } from "./lint/provided-attributes.ts";
import { renderFindings } from "./lint/render-findings.ts";
import { CONFIG_OPTION, JSON_OPTION, loadAll } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { renderFaults } from "./report-faults.ts";

/** The levels that fail, by the mildest of them. */
const FAILING = { error: ["error"], warning: ["error", "warning"] } as const satisfies Record<
  string,
  readonly Level[]
>;

interface Options {
  readonly config: string;
  readonly failOn: keyof typeof FAILING;
  readonly json?: true;
}

/** `postern lint [paths]`: what is dangerous, dead or impossible in the policies. */
export const addLint: AddVerb = (program, io, done) => {
  program
    .command("lint [paths...]")
    .description("tell what is dangerous, dead or impossible in policies; by default in those configured")
    .option(...CONFIG_OPTION)
    .addOption(
      new Option("--fail-on <level>", "the mildest level that fails")
        .choices(Object.keys(FAILING))
        .default("error"),
    )
    .option(...JSON_OPTION)
    .action(async (paths: string[], { config, failOn, json }: Options) => {
      const loaded = await loadLinted(paths, config, io);
      if (!loaded.ok) {
        io.err(renderFaults(loaded.faults, io));
        return done(EXIT.misuse);
      }
      const findings = lintPolicies(loaded.policySet, loaded.provided);
      io.out(json ? `${JSON.stringify(findingsToJson(findings))}\n` : renderFindings(findings, io));
      done(findings.some((finding) => fails(finding, FAILING[failOn])) ? EXIT.findings : EXIT.fine);
    });
};

function fails({ level, acknowledged }: ReportedFinding, failing: readonly Level[]): boolean {
  return acknowledged === null && failing.includes(level);
}

type Linted =
  | { readonly ok: true; readonly policySet: PolicySet; readonly provided: ProvidedAttributes | null }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The policies at the paths, together; without any, those that the configuration names. */
async function loadLinted(
  paths: readonly string[],
  config: string,
  io: Pick<CliIo, "cwd" | "env">,
): Promise<Linted> {
  const [first, ...others] = paths.map((path) => resolve(io.cwd, path));
  if (first === undefined) {
    const loaded = await loadAll(config, io);
    return loaded.ok ? { ...loaded, provided: attributesProvidedBy(loaded.config, loaded.registry) } : loaded;
  }
  const { policySet, faults } = await loadPolicies(first, ...others);
  return policySet === null ? { ok: false, faults } : { ok: true, policySet, provided: null };
}
