import type { PolicySet } from "../core/model.ts";
import { EXIT } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION, loadAll } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { faultsToJson, renderFaults, renderWarnings } from "./report-faults.ts";
import { paint } from "./terminal.ts";

/** `postern check`: everything that is wrong with the configuration and the policies; nothing is started. */
export const addCheck: AddVerb = (program, io, done) => {
  program
    .command("check")
    .description("tell everything that is wrong with the configuration and the policies")
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async ({ config, json }: { config: string; json?: true }) => {
      const loaded = await loadAll(config, io);
      const faults = loaded.ok ? [] : loaded.faults;
      const warnings = loaded.ok ? loaded.warnings : [];
      const { green, red } = paint(io.style);
      if (json) {
        const revision = loaded.ok ? loaded.policySet.revision : null;
        io.out(
          `${JSON.stringify({ ok: loaded.ok, revision, faults: faultsToJson(faults), warnings: faultsToJson(warnings) })}\n`,
        );
      } else {
        io.out(renderFaults(faults, io));
        io.out(renderWarnings(warnings, io));
        if (loaded.ok) io.out(`${green("✓")} ${config}: ${describeSet(loaded.policySet)}\n`);
        else io.out(`${red("✗")} ${count(faults.length, "fault")}\n`);
      }
      done(loaded.ok ? EXIT.fine : EXIT.misuse);
    });
};

function describeSet({ applications, revision }: PolicySet): string {
  const policies = applications.reduce((sum, application) => sum + application.policies.length, 0);
  return `${count(applications.length, "application")}, ${count(policies, "policy", "policies")}, revision ${revision}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
