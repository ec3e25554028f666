import { Command, CommanderError } from "commander";
import { version } from "../../package.json";
import { explainWriteError } from "./explain-write-error.ts";
import { type CliIo, EXIT, type ExitCode, UsageError } from "./io.ts";

/** A verb: adds its command to the program, and tells how it ended through `done`. */
export type AddVerb = (program: Command, io: CliIo, done: (code: ExitCode) => void) => void;

/**
 * Runs one command line (without the program's name) and returns its exit code: 0 fine, 1 findings or
 * failures, 2 usage or configuration. Throws only where Postern itself is at fault; the process is not ended.
 */
export async function runCli(
  args: readonly string[],
  io: CliIo,
  verbs: readonly AddVerb[],
): Promise<ExitCode> {
  let code: ExitCode = EXIT.fine;
  const program = new Command("postern")
    .description("Decides who may reach which application, in the policy language of Cloudflare Access.")
    .exitOverride()
    .version(version, "-V, --version", "tell the version")
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      outputError: (text, write) => write(text.replace(/^error: /, "postern: ")),
    });
  for (const addVerb of verbs) {
    addVerb(program, io, (ended) => {
      code = ended;
    });
  }
  pointToHelp(program, program.name());
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.misuse;
    const message = error instanceof UsageError ? error.message : explainWriteError(error);
    if (message === null) throw error;
    io.err(`postern: ${message}\n`);
    return EXIT.misuse;
  }
  return code;
}

/** A command that was called wrongly names its own help. */
function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(${name} --help tells what there is)`);
  for (const below of command.commands) pointToHelp(below, `${name} ${below.name()}`);
}
