import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Option } from "commander";
import { adminRequest } from "./admin-client.ts";
import { type CliIo, UsageError } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { formatDuration, paint, printable, renderTable } from "./terminal.ts";

const Keys = Type.Object({
  keys: Type.Array(
    Type.Object({
      purpose: Type.String(),
      kid: Type.String(),
      algorithm: Type.String(),
      state: Type.String(),
      since: Type.Number(),
    }),
  ),
});
const KEYS = TypeCompiler.Compile(Keys);

const PURPOSES = ["evaluation", "verdict"] as const;

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly purpose: string;
}

/** `postern keys list|rotate|revoke`: the signing keys of a running Postern, through its admin listener. */
export const addKeys: AddVerb = (program, io) => {
  const keys = program
    .command("keys")
    .description("list, rotate or revoke the signing keys of a running Postern");
  const verb = (name: string, description: string) =>
    keys
      .command(name)
      .description(description)
      .option(...CONFIG_OPTION)
      .option(...JSON_OPTION);
  const purpose = () =>
    new Option("--purpose <purpose>", "what the key is for").choices(PURPOSES).default("evaluation");
  verb("list", "show the keys").action((options: Options) => run(io, options, "GET", "/v1/keys", null));
  verb("rotate", "let the next key take over now, if every verifier has seen it")
    .addOption(purpose())
    .action((options: Options) => run(io, options, "POST", "/v1/keys/rotate", { purpose: options.purpose }));
  verb("revoke <kid>", "take a key out of use at once; the next one replaces it")
    .addOption(purpose())
    .action((kid: string, options: Options) =>
      run(io, options, "POST", "/v1/keys/revoke", { purpose: options.purpose, kid }),
    );
};

async function run(io: CliIo, options: Options, method: "GET" | "POST", path: string, body: object | null) {
  const answer = await adminRequest(io, options.config, method, path, body);
  if (!KEYS.Check(answer))
    throw new UsageError("the admin listener answered something that is not about keys");
  io.out(options.json ? `${JSON.stringify(answer)}\n` : renderKeys(answer, io));
}

function renderKeys({ keys }: Static<typeof Keys>, { style, now }: CliIo): string {
  const { dim, green, red, yellow } = paint(style);
  const colors: Readonly<Record<string, (text: string) => string>> = {
    active: green,
    pending: yellow,
    revoked: red,
  };
  const rows = keys.map(({ purpose, kid, algorithm, state, since }) => [
    (colors[state] ?? dim)(printable(state)),
    printable(kid),
    printable(algorithm),
    printable(purpose),
    dim(`for ${formatDuration(now() - since)}`),
  ]);
  return `${renderTable([["State", "Key", "Algorithm", "Purpose", "Since"].map(dim), ...rows])}\n`;
}
