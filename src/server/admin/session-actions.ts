import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { parseEmail } from "../../core/email.ts";
import { encodeFacts } from "../../core/fact-json.ts";
import type { SessionFilter, SessionStatus } from "../../session/list-sessions.ts";
import { splitSessionId } from "../../session/login.ts";
import type { RevocationTarget } from "../../session/revocation.ts";
import type { Revoked } from "../../session/revoke.ts";
import { StoreError } from "../../store/store.ts";
import type { AdminAction } from "./admin-api.ts";
import { type AdminOperation, strictObject } from "./operation.ts";
import { readJson, readQuery } from "./read-json.ts";

/** What the admin API may do about sessions. All of them throw `StoreError`. */
export interface SessionAdministration {
  list(filter: SessionFilter): Promise<readonly SessionStatus[]>;
  find(id: string): Promise<SessionStatus | null>;
  revoke(target: RevocationTarget): Promise<Revoked>;
}

const Text = Type.String({ minLength: 1, maxLength: 1024 });
const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Time = Type.Number({ description: "Milliseconds since the epoch." });

const Filter = strictObject({
  user: Type.Optional({ ...Text, description: "Subject: user_uuid of Access." }),
  email: Type.Optional(Text),
  device: Type.Optional(Text),
});
const ById = strictObject({ id: Text });
const Revocation = strictObject({
  kind: Type.Union([
    Type.Literal("user"),
    Type.Literal("email"),
    Type.Literal("device"),
    Type.Literal("session"),
  ]),
  id: Text,
});

const SESSION = {
  id: Type.String(),
  user: Type.String(),
  email: TextOrNull,
  idp: TextOrNull,
  device: TextOrNull,
  login_at: Time,
  seen_at: Time,
  ended: Type.Union([Type.Literal("session_revoked"), Type.Literal("login_too_old"), Type.Null()]),
  applications: Type.Array(strictObject({ id: Type.String(), issued_at: Time })),
};
const SessionJson = strictObject(SESSION);

/** The operations of `session-actions`, without what does them. */
export const SESSION_OPERATIONS = {
  list: {
    method: "GET",
    path: "/v1/sessions",
    action: "sessions.list",
    role: "viewer",
    summary: "Sessions, latest login first",
    query: Filter,
    body: null,
    answer: strictObject({ sessions: Type.Array(SessionJson) }),
  },
  show: {
    method: "GET",
    path: "/v1/sessions/show",
    action: "sessions.show",
    role: "viewer",
    summary: "One session, with what its login froze and what Access asserted last of its device",
    query: ById,
    body: null,
    answer: strictObject({
      session: strictObject({ ...SESSION, facts: Type.Record(Type.String(), Type.Unknown()) }),
    }),
  },
  revoke: {
    method: "POST",
    path: "/v1/sessions/revoke",
    action: "sessions.revoke",
    role: "operator",
    summary: "Ends every login of a user, an address, a device or a session up to now, everywhere",
    query: null,
    body: Revocation,
    answer: strictObject({
      revoked_before: Time,
      durable: Type.Boolean({ description: "Whether it outlives the loss of the node that took it." }),
    }),
  },
} as const satisfies Record<string, AdminOperation>;

const FILTER = TypeCompiler.Compile(Filter);
const BY_ID = TypeCompiler.Compile(ById);
const REVOCATION = TypeCompiler.Compile(Revocation);

/** What `postern sessions` asks. */
export function sessionActions({ list, find, revoke }: SessionAdministration): readonly AdminAction[] {
  return [
    {
      ...SESSION_OPERATIONS.list,
      async handle(request) {
        const filter = readQuery(request, FILTER);
        if (filter === null) return refuse(400, "filter by user, email or device, each once");
        const email = filter.email === undefined ? {} : { email: addressOf(filter.email) };
        return attempt(async () => reply({ sessions: (await list({ ...filter, ...email })).map(toJson) }));
      },
    },
    {
      ...SESSION_OPERATIONS.show,
      async handle(request) {
        const asked = readQuery(request, BY_ID);
        if (asked === null) return refuse(400, "name the session: ?id=");
        return attempt(async () => {
          const found = await find(asked.id);
          if (found === null) return refuse(404, "there is no session of that id");
          const { identity, device } = found.session;
          return reply({ session: { ...toJson(found), facts: encodeFacts({ ...identity, ...device }) } });
        });
      },
    },
    {
      ...SESSION_OPERATIONS.revoke,
      async handle(request) {
        const asked = await readJson(request, REVOCATION);
        const target = asked === null ? null : targetOf(asked);
        if (target === null) {
          return refuse(400, "name whose logins: a kind (user, email, device or session) and an id");
        }
        return attempt(async () => {
          const { revokedBefore, durable } = await revoke(target);
          return reply({ revoked_before: revokedBefore, durable });
        });
      },
    },
  ];
}

/** Null for what is no address or no session id: it would revoke nobody, and say that it had. */
function targetOf({ kind, id }: Static<typeof Revocation>): RevocationTarget | null {
  if (kind === "email") {
    const email = parseEmail(id);
    return email === null ? null : { kind, id: email.address };
  }
  return kind === "session" && splitSessionId(id) === null ? null : { kind, id };
}

function addressOf(email: string): string {
  return parseEmail(email)?.address ?? email;
}

function toJson({ session, ended }: SessionStatus): Static<typeof SessionJson> {
  const { id, login, seenAt, issuedAt } = session;
  const { subject, email, idp, device, loginAt } = login;
  const applications = [...issuedAt].map(([application, at]) => ({ id: application, issued_at: at }));
  return { id, user: subject, email, idp, device, login_at: loginAt, seen_at: seenAt, ended, applications };
}

const NO_STORE = { "Cache-Control": "no-store" };

function reply(answer: object): Response {
  return Response.json(answer, { headers: NO_STORE });
}

function refuse(status: 400 | 404 | 503, message: string): Response {
  const code = { 400: "bad_request", 404: "not_found", 503: "unavailable" }[status];
  return Response.json({ error: { code, message } }, { status, headers: NO_STORE });
}

/** A write that failed may have been made all the same: whoever asked is to ask again. */
async function attempt(work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) return refuse(503, `${error.message}; ask again`);
    throw error;
  }
}
