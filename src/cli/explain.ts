import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { explainFileError } from "../config/explain-file-error.ts";
import { showKey } from "../config/path.ts";
import type { Trace } from "../core/decision.ts";
import { explain } from "../core/explain.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../core/policy-directory.ts";
import { type CliIo, EXIT, UsageError } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION, loadAll } from "./load.ts";
import { type LoggedDecision, readLoggedDecision, replayDecision } from "./logged-decision.ts";
import { readFactsFile } from "./policy-test/facts-file.ts";
import { type OwnSchemas, ownSchemasOf } from "./policy-test/own-schemas.ts";
import { lookUp, policyNamesOf } from "./policy-test/policy-names.ts";
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

/** What is to be explained: facts about a request to an application, or a decision that was logged. */
type Asked =
  | { readonly kind: "facts"; readonly app: string; readonly file: string }
  | { readonly kind: "logged"; readonly id: string; readonly log: string };

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
    .option(...JSON_OPTION)
    .action(async (options: Options) => {
      const asked = readAsked(options);
      const loaded = await loadAll(options.config, io);
      if (!loaded.ok) {
        io.err(renderFaults(loaded.faults, io));
        return done(EXIT.misuse);
      }
      const directory = createPolicyDirectory(loaded.policySet);
      const explained = await (asked.kind === "facts"
        ? explainFacts(asked, directory, ownSchemasOf(loaded.registry), io)
        : explainLogged(asked, directory, io));
      if (explained === null) return done(EXIT.misuse);
      const { trace, now, notes } = explained;
      if (options.json) io.out(`${JSON.stringify(traceToJson(trace, now))}\n`);
      else io.out(`${renderTrace(trace, now, io.style)}\n`);
      for (const note of notes) io.err(`${paint(io.style).yellow(note)}\n`);
    });
};

function readAsked({ app, facts, decision, log }: Options): Asked {
  if (decision === undefined && app !== undefined && facts !== undefined) {
    return { kind: "facts", app, file: facts };
  }
  if (decision !== undefined && app === undefined && facts === undefined) {
    return { kind: "logged", id: decision, log };
  }
  throw new UsageError("name a request with --app and --facts, or a logged one with --decision; not both");
}

/** Null where the facts are faulty, which has been told. */
async function explainFacts(
  { app, file }: Extract<Asked, { kind: "facts" }>,
  directory: PolicyDirectory,
  schemas: OwnSchemas,
  io: CliIo,
): Promise<Explained | null> {
  const { set, applications } = directory.policies;
  const found = lookUp(policyNamesOf(set).application, app);
  if ("fault" in found) throw new UsageError(found.fault);
  const application = applications.get(found.value);
  if (application === undefined) throw new RangeError("an application of the set was not compiled");
  const now = io.now();
  const { facts, faults } = readFactsFile(file, await readText(file, io), set, now, schemas);
  if (facts === null) {
    io.err(renderFaults(faults, io));
    return null;
  }
  return { trace: explain(application, facts, now), now, notes: [] };
}

async function explainLogged(
  { id, log }: Extract<Asked, { kind: "logged" }>,
  directory: PolicyDirectory,
  io: CliIo,
): Promise<Explained> {
  const logged = findDecision(id, log === "-" ? await readPiped() : await readText(log, io));
  if (logged === null) throw new UsageError(`the log holds no decision ${id}; is it in an older log?`);
  const replay = replayDecision(logged, directory);
  if (replay === null) {
    const application = showKey(logged.application_id);
    throw new UsageError(`the application of that decision, ${application}, is no longer configured`);
  }
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

/** Nobody types a log: whoever forgot to name it is not kept waiting. */
async function readPiped(): Promise<string> {
  if (process.stdin.isTTY) throw new UsageError("name the log with --log FILE, or pipe it in");
  return Bun.stdin.text();
}

async function readText(path: string, { cwd }: Pick<CliIo, "cwd">): Promise<string> {
  try {
    return await readFile(resolve(cwd, path), "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${explainFileError(error)}`, { cause: error });
  }
}
