import { Elysia } from "elysia";

const SENTENCES = {
  400: ["bad_request", "the request is malformed"],
  401: ["unauthorized", "say who you are: Authorization: Bearer <token>"],
  403: ["forbidden", "the role of this token does not permit that"],
  404: ["not_found", "there is nothing here"],
  405: ["method_not_allowed", "this method is not answered here"],
  500: ["internal", "something failed here; the log says what"],
} as const;

/** An error as JSON: a code and a sentence of our own, nothing that was sent and nothing that went wrong inside. */
export function errorReply(status: keyof typeof SENTENCES, headers: Record<string, string> = {}): Response {
  const [code, message] = SENTENCES[status];
  const all = { "Cache-Control": "no-store", ...headers };
  return Response.json({ error: { code, message } }, { status, headers: all });
}

/** The one error handler of a listener, to be used before its routes. `onFailure` hears of what should not happen. */
export function errorHandling(onFailure: (error: unknown) => void) {
  return new Elysia({ name: "errors" }).onError({ as: "global" }, ({ code, error }) => {
    if (code === "NOT_FOUND") return errorReply(404);
    if (code === "PARSE" || code === "VALIDATION" || code === "INVALID_COOKIE_SIGNATURE")
      return errorReply(400);
    onFailure(error);
    return errorReply(500);
  });
}
