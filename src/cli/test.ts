import { dirname, resolve } from "node:path";
import { Option } from "commander";
import { compilePolicySet } from "../core/compile.ts";
import { EXIT } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION, loadAll } from "./load.ts";
import { loadPolicyTests } from "./policy-test/load-tests.ts";
import { ownSchemasOf } from "./policy-test/own-schemas.ts";
import { renderResults } from "./policy-test/render-results.ts";
import { resultsToJson } from "./policy-test/results-to-json.ts";
import { resultsToJunit } from "./policy-test/results-to-junit.ts";
import { runPolicyTests } from "./policy-test/run-tests.ts";
import type { AddVerb } from "./program.ts";
import { renderFaults } from "./report-faults.ts";

interface Options {
  readonly config: string;
  readonly reporter: "text" | "junit";
  readonly json?: true;
}

/** `postern test [paths]`: users' policy tests; a failure shows what was expected, what came, and why. */
export const addTest: AddVerb = (program, io, done) => {
  program
    .command("test [paths...]")
    .description("run the tests (*.test.yaml) of the policies; by default those beside the configuration")
    .option(...CONFIG_OPTION)
    .addOption(
      new Option("--reporter <reporter>", "how to report").choices(["text", "junit"]).default("text"),
    )
    .option(...JSON_OPTION)
    .action(async (paths: string[], { config, reporter, json }: Options) => {
      const loaded = await loadAll(config, io);
      if (!loaded.ok) {
        io.err(renderFaults(loaded.faults, io));
        return done(EXIT.misuse);
      }
      const now = io.now();
      const where =
        paths.length > 0 ? paths.map((path) => resolve(io.cwd, path)) : [dirname(resolve(io.cwd, config))];
      const { tests, faults } = await loadPolicyTests(
        where,
        loaded.policySet,
        now,
        ownSchemasOf(loaded.registry),
      );
      if (faults.length > 0) {
        io.err(renderFaults(faults, io));
        return done(EXIT.misuse);
      }
      const results = runPolicyTests(tests, compilePolicySet(loaded.policySet), now);
      if (json) io.out(`${JSON.stringify(resultsToJson(results, now))}\n`);
      else if (reporter === "junit") io.out(resultsToJunit(results, now));
      else io.out(`${renderResults(results, now, io)}\n`);
      done(results.every(({ passed }) => passed) ? EXIT.fine : EXIT.findings);
    });
};
