import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { parseEmail } from "../../core/email.ts";
import type { Rechecked } from "../../pip/recheck.ts";
import { StoreError } from "../../store/store.ts";
import type { AdminAction } from "./admin-api.ts";
import { type AdminOperation, strictObject } from "./operation.ts";
import { readJson } from "./read-json.ts";

/** Whose live sessions are asked about; the id of an `email` is an address in lower case. */
export type RecheckTarget = Static<typeof Asked>;

/** Learns anew what is watched of these live sessions: how it ended for each of them. Throws `StoreError`. */
export type RecheckSessions = (target: RecheckTarget) => Promise<readonly Rechecked[]>;

const Text = Type.String({ minLength: 1, maxLength: 1024 });
const Kind = Type.Union([
  Type.Literal("user"),
  Type.Literal("email"),
  Type.Literal("device"),
  Type.Literal("session"),
]);
const Asked = strictObject({ kind: Kind, id: Text });
const ASKED = TypeCompiler.Compile(Asked);

export const RECHECK_OPERATION = {
  method: "POST",
  path: "/v1/sessions/recheck",
  action: "sessions.recheck",
  role: "operator",
  summary:
    "Asks the providers at once about the live sessions of a user, an address or a device, or about one session",
  query: null,
  body: Asked,
  answer: strictObject({
    rechecked: Type.Integer({ description: "Sessions that were asked about." }),
    too_soon: Type.Integer({ description: "Sessions that were asked about less than half a minute ago." }),
  }),
} as const satisfies AdminOperation;

/** What `postern sessions recheck` asks. */
export function recheckAction(recheck: RecheckSessions): AdminAction {
  return {
    ...RECHECK_OPERATION,
    async handle(request) {
      const asked = await readJson(request, ASKED);
      if (asked === null) return refuse(400, "name whose: a kind (user, email, device or session) and an id");
      const id = asked.kind === "email" ? (parseEmail(asked.id)?.address ?? asked.id) : asked.id;
      try {
        const results = await recheck({ kind: asked.kind, id });
        const done = results.filter(({ state }) => state === "done").length;
        return Response.json(
          { rechecked: done, too_soon: results.length - done },
          { headers: { "Cache-Control": "no-store" } },
        );
      } catch (error) {
        if (error instanceof StoreError) return refuse(503, `${error.message}; ask again`);
        throw error;
      }
    },
  };
}

function refuse(status: 400 | 503, message: string): Response {
  const code = { 400: "bad_request", 503: "unavailable" }[status];
  return Response.json({ error: { code, message } }, { status, headers: { "Cache-Control": "no-store" } });
}
