import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { explainFileError } from "../config/explain-file-error.ts";
import type { Trace } from "../core/decision.ts";
import { explain } from "../core/explain.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../core/policy-directory.ts";
import { type CliIo, EXIT, UsageError } from "./io.ts";
import { CONFIG_OPTION, loadAll } from "./load.ts";
import { type LoggedDecision, readLoggedDecision, replayDecision } from "./logged-decision.ts";
import { readFactsFile } from "./policy-test/facts-file.ts";
import type { AddVerb } from "./program.ts";
import { renderTrace } from "./render-trace.ts";
import { renderFaults } from "./report-faults.ts";
import { paint } from "./terminal.ts";
import { traceToJson } from "./trace-to-json.ts";

interface Options {
  readonly config: string;
  readonly app?: string;
  readonly facts?: string;
  readonly decision?: string;
  readonly log: string;
  readonly json?: true;
}

/** A trace, and when it was made; notes are for whoever reads it. */
interface Explained {
  readonly trace: Trace;
  readonly now: number;
  readonly notes: readonly string[];
}

/** `postern explain`: the tree of policies, rules and facts behind an answer. */
export const addExplain: AddVerb = (program, io, done) => {
  program
    .command("explain")
    .description("show the policies, rules and facts behind an answer")
    .option(...CONFIG_OPTION)
    .option("--app <name>", "the application that is asked for")
    .option("--facts <file>", "a file of what is known about the request")
    .option("--decision <id>", "or a decision that was logged, by its id")
    .option("--log <file>", "the log that holds it; - is standard input", "-")
    .option("--json", "answer in JSON, for scripts")
    .action(async (options: Options) => {
      const loaded = await loadAll(options.config, io);
      if (!loaded.ok) {
        io.err(renderFaults(loaded.faults, io));
        return done(EXIT.misuse);
      }
      const directory = createPolicyDirectory(loaded.policySet);
      const explained = await (options.decision === undefined
        ? explainFacts(options, directory, io)
        : explainLogged(options.decision, options.log, directory, io));
      if (explained === null) return done(EXIT.misuse);
      const { trace, now, notes } = explained;
      if (options.json) io.out(`${JSON.stringify(traceToJson(trace, now))}\n`);
      else io.out(`${renderTrace(trace, now, io.style)}\n`);
      for (const note of notes) io.err(`${paint(io.style).yellow(note)}\n`);
    });
};

/** Null where the facts are faulty, which has been told. */
async function explainFacts(
  { app, facts: file }: Options,
  directory: PolicyDirectory,
  io: CliIo,
): Promise<Explained | null> {
  if (app === undefined || file === undefined) {
    throw new UsageError("name a request with --app and --facts, or a logged one with --decision");
  }
  const application = directory.findByName(app);
  if (application === null)
    throw new UsageError(`there is no application "${app}", or more than one of that name`);
  const now = io.now();
  const { facts, faults } = readFactsFile(
    file,
    await readText(resolve(io.cwd, file)),
    directory.policies.set,
    now,
  );
  if (facts === null) {
    io.err(renderFaults(faults, io));
    return null;
  }
  return { trace: explain(application, facts, now), now, notes: [] };
}

async function explainLogged(
  id: string,
  log: string,
  directory: PolicyDirectory,
  io: CliIo,
): Promise<Explained> {
  const logged = findDecision(
    id,
    log === "-" ? await Bun.stdin.text() : await readText(resolve(io.cwd, log)),
  );
  if (logged === null) throw new UsageError(`the log holds no decision ${id}`);
  const replay = replayDecision(logged, directory);
  if (replay === null) throw new UsageError("the application of that decision is no longer configured");
  const notes: string[] = [];
  if (logged.revision !== directory.revision) {
    notes.push(`The policies have changed since: it was decided by revision ${logged.revision}.`);
  }
  if (!replay.faithful) {
    notes.push(
      `It was logged as ${logged.decision} (${logged.reason}): what the log does not show counts as unknown here.`,
    );
  }
  return { ...replay, notes };
}

function findDecision(id: string, log: string): LoggedDecision | null {
  const line = log
    .split("\n")
    .find((candidate) => candidate.includes(id) && readLoggedDecision(candidate)?.id === id);
  return line === undefined ? null : readLoggedDecision(line);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${explainFileError(error)}`, { cause: error });
  }
}
