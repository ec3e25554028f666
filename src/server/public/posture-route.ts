import { Elysia } from "elysia";
import type { AskedDevice } from "../../pip/asked-devices.ts";
import { errorReply } from "../errors.ts";
import { isJson, readBody } from "../read-body.ts";
import type { MayAsk } from "./posture-caller.ts";
import { readPostureRequest } from "./posture-request.ts";
import type { ScoreDevices } from "./score-devices.ts";

/** A thousand devices, with room to spare. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A score that may be asked for. */
export interface PostureEndpoint {
  readonly mayAsk: MayAsk;
  readonly score: ScoreDevices;
}

/** `POST /posture/{score}`: Cloudflare's custom device-posture contract. */
export function postureRoute(endpoints: ReadonlyMap<string, PostureEndpoint>) {
  const handle = async (request: Request, name: string): Promise<Response> => {
    if (request.method !== "POST") return errorReply(405, { Allow: "POST" });
    const endpoint = endpoints.get(name);
    if (endpoint === undefined) return refuse(404, "there is no score of that name");
    if (!(await endpoint.mayAsk(request))) return refuse(403, "missing or invalid credentials of Access");
    if (!isJson(request)) return refuse(415, "send JSON: Content-Type: application/json");
    const body = await readBody(request, MAX_BODY_BYTES);
    if (body === "too_large") return refuse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`);
    if (body === "broken_off") return refuse(400, "the body broke off");
    const devices = readPostureRequest(body);
    if (typeof devices === "string") return refuse(400, devices);
    return answer(devices, await endpoint.score(devices));
  };
  return new Elysia({ name: "posture" }).all(
    "/posture/:score",
    // A name that is no percent-encoded UTF-8 comes as nothing.
    ({ request, params }) => handle(request, params.score ?? ""),
    { parse: "none" },
  );
}

const NO_STORE = { "Cache-Control": "no-store" };

function answer(devices: readonly AskedDevice[], scores: ReadonlyMap<string, number>): Response {
  const result = devices.map(({ id }) => [id, { s2s_id: "", score: scores.get(id) }] as const);
  return Response.json({ result: Object.fromEntries(result) }, { headers: NO_STORE });
}

/** The protocol's own shape of an error. */
function refuse(status: number, error: string): Response {
  return Response.json({ success: false, error }, { status, headers: NO_STORE });
}
