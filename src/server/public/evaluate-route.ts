import { Elysia } from "elysia";
import { parseStrictObject } from "../../token/strict-json.ts";
import { errorReply } from "../errors.ts";
import { isJson, readBody } from "../read-body.ts";
import type { AnswerEvaluation, EvaluationReply } from "./evaluation.ts";

/** Far above any identity token that Access posts. */
const MAX_BODY_BYTES = 64 * 1024;

const STATUS: { readonly [kind in EvaluationReply["kind"]]: number } = {
  answered: 200,
  refused: 403,
  overloaded: 403,
  failed: 403,
  unknown_application: 404,
};

/** `POST /evaluate/{application}`, and `/evaluate` where there is only one: External Evaluation. */
export function evaluateRoute(answer: AnswerEvaluation) {
  const handle = async (request: Request, application: string | null): Promise<Response> => {
    if (request.method !== "POST") return errorReply(405, { Allow: "POST" });
    if (!isJson(request)) return refuse(415, "send JSON: Content-Type: application/json");
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === "too_large") return refuse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    if (body === "broken_off") return refuse(400, "the body broke off");
    const token = readToken(body);
    if (token === null) return refuse(400, 'the body must be JSON: {"token": "<JWT signed by Access>"}');
    const reply = await answer(application, token);
    if (reply.kind === "answered") return Response.json({ token: reply.token }, { headers: NO_STORE });
    return refuse(STATUS[reply.kind], reply.message);
  };
  return (
    new Elysia({ name: "evaluate" })
      .all("/evaluate", ({ request }) => handle(request, null), { parse: "none" })
      // A name that is no percent-encoded UTF-8 comes as nothing: it is the name of none, not of the only one.
      .all("/evaluate/:application", ({ request, params }) => handle(request, params.application ?? ""), {
        parse: "none",
      })
  );
}

const NO_STORE = { "Cache-Control": "no-store" };

/** The protocol's own shape of an error: never signed, never with anything that was sent. */
function refuse(status: number, error: string): Response {
  return Response.json({ success: false, error }, { status, headers: NO_STORE });
}

function readToken(body: Uint8Array): string | null {
  try {
    const { token } = parseStrictObject(body, "the body");
    return typeof token === "string" ? token : null;
  } catch {
    return null;
  }
}
