import { Command, CommanderError } from "commander";
import { type CliIo, EXIT, type ExitCode, UsageError } from "./io.ts";

/** A verb: adds its command to the program, and tells how it ended through `done`. */
export type AddVerb = (program: Command, io: CliIo, done: (code: ExitCode) => void) => void;

/**
 * Runs one command line (without the program's name) and returns its exit code: 0 fine, 1 findings or
 * failures, 2 usage or configuration. Nothing is thrown, and the process is not ended.
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
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .showHelpAfterError("(postern --help tells what there is)");
  for (const addVerb of verbs) {
    addVerb(program, io, (ended) => {
      code = ended;
    });
  }
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.misuse;
    if (!(error instanceof UsageError)) throw error;
    io.err(`postern: ${error.message}\n`);
    return EXIT.misuse;
  }
  return code;
}
