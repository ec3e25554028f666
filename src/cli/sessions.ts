import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { adminRequest } from "./admin-client.ts";
import { type CliIo, UsageError } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { formatDuration, paint, printable, renderTable } from "./terminal.ts";

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Session = Type.Object({
  id: Type.String(),
  user: Type.String(),
  email: TextOrNull,
  idp: TextOrNull,
  device: TextOrNull,
  login_at: Type.Number(),
  ended: TextOrNull,
  applications: Type.Array(Type.Object({ id: Type.String(), issued_at: Type.Number() })),
});
const LIST = TypeCompiler.Compile(Type.Object({ sessions: Type.Array(Session) }));
const Facts = Type.Record(Type.String(), Type.Object({ state: Type.String() }));
const SHOWN = TypeCompiler.Compile(
  Type.Object({ session: Type.Intersect([Session, Type.Object({ facts: Facts })]) }),
);
const REVOKED = TypeCompiler.Compile(Type.Object({ revoked_before: Type.Number(), durable: Type.Boolean() }));

const RECHECKED = TypeCompiler.Compile(Type.Object({ rechecked: Type.Integer(), too_soon: Type.Integer() }));

type SessionJson = Static<typeof Session>;

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly user?: string;
  readonly email?: string;
  readonly device?: string;
  readonly session?: string;
}

const FILTERS = ["user", "email", "device"] as const;

/** `postern sessions list|show|revoke|recheck`: who is logged in, through the admin listener of a running Postern. */
export const addSessions: AddVerb = (program, io) => {
  const sessions = program
    .command("sessions")
    .description("list, show, revoke or recheck the sessions of a running Postern");
  const verb = (name: string, description: string) =>
    sessions
      .command(name)
      .description(description)
      .option(...CONFIG_OPTION)
      .option(...JSON_OPTION);
  const byPerson = (name: string, description: string) =>
    verb(name, description)
      .option("--user <id>", "of this subject (user_uuid)")
      .option("--email <address>", "of this address")
      .option("--device <id>", "on this device");
  byPerson("list", "show them, latest login first").action((options: Options) => list(io, options));
  verb("show <id>", "show one, with what its login froze").action((id: string, options: Options) =>
    show(io, options, id),
  );
  byPerson("revoke", "end every login up to now of a user, an address, a device, or one session")
    .option("--session <id>", "this one")
    .action((options: Options) => revoke(io, options));
  byPerson("recheck", "ask the providers at once about a user, an address, a device, or one session")
    .option("--session <id>", "this one")
    .action((options: Options) => recheck(io, options));
};

async function list(io: CliIo, options: Options): Promise<void> {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (options[name] !== undefined) query.set(name, options[name]);
  const answer = await adminRequest(io, options.config, "GET", `/v1/sessions?${query}`, null);
  if (!LIST.Check(answer)) throw strange();
  io.out(options.json ? `${JSON.stringify(answer)}\n` : renderSessions(answer.sessions, io));
}

async function show(io: CliIo, options: Options, id: string): Promise<void> {
  const path = `/v1/sessions/show?${new URLSearchParams({ id })}`;
  const answer = await adminRequest(io, options.config, "GET", path, null);
  if (!SHOWN.Check(answer)) throw strange();
  if (options.json) return io.out(`${JSON.stringify(answer)}\n`);
  const { session } = answer;
  const { dim } = paint(io.style);
  const rows = Object.entries(session.facts).map(([name, { state, ...rest }]) => [
    dim(printable(name)),
    printable("value" in rest ? JSON.stringify(rest.value) : "why" in rest ? `${state}: ${rest.why}` : state),
  ]);
  io.out(`${renderSessions([session], io)}\n${renderTable(rows)}\n`);
}

async function revoke(io: CliIo, options: Options): Promise<void> {
  const target = targetOf(options, "say whose logins to end");
  const answer = await adminRequest(io, options.config, "POST", "/v1/sessions/revoke", target);
  if (!REVOKED.Check(answer)) throw strange();
  if (options.json) return io.out(`${JSON.stringify(answer)}\n`);
  const before = new Date(answer.revoked_before).toISOString();
  io.out(`Logins of ${target.kind} ${printable(target.id)} up to ${before} are over.\n`);
  if (!answer.durable) {
    io.err(
      `${paint(io.style).yellow("The store keeps this in one place only: its loss ends all sessions.")}\n`,
    );
  }
}

async function recheck(io: CliIo, options: Options): Promise<void> {
  const target = targetOf(options, "say whom to ask about");
  const answer = await adminRequest(io, options.config, "POST", "/v1/sessions/recheck", target);
  if (!RECHECKED.Check(answer)) throw strange();
  if (options.json) return io.out(`${JSON.stringify(answer)}\n`);
  io.out(`Sessions that were asked about: ${answer.rechecked}\n`);
  if (answer.too_soon > 0)
    io.err(`Asked about half a minute ago or less, and not again: ${answer.too_soon}\n`);
}

/** The one that the options name; `demand` is what is said where they name none, or several. */
function targetOf(options: Options, demand: string) {
  const named = [...FILTERS, "session" as const].flatMap((kind) => {
    const id = options[kind];
    return id === undefined ? [] : [{ kind, id }];
  });
  const [target, ...others] = named;
  if (target !== undefined && others.length === 0) return target;
  throw new UsageError(`${demand}: one of --user, --email, --device, --session`);
}

function renderSessions(sessions: readonly SessionJson[], { style, now }: CliIo): string {
  const { dim, green, red } = paint(style);
  const rows = sessions.map((session) => [
    session.ended === null ? green("live") : red(printable(session.ended)),
    printable(session.email ?? "-"),
    printable(session.user),
    printable(session.device ?? "-"),
    dim(`${formatDuration(now() - session.login_at)} ago`),
    String(session.applications.length),
    printable(session.id),
  ]);
  const titles = ["State", "Address", "User", "Device", "Login", "Apps", "Session"].map(dim);
  return `${renderTable([titles, ...rows])}\n`;
}

function strange(): UsageError {
  return new UsageError("the admin listener answered something that is not about sessions");
}
