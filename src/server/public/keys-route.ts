import { Elysia } from "elysia";
import { errorReply } from "../errors.ts";

/** A JWKS document as it is served, from memory. */
export interface KeysDocument {
  readonly body: string;
  readonly etag: string;
  readonly cacheControl: string;
}

/** `GET` of public keys, at each of `paths`. */
export function keysRoute(paths: readonly string[], current: () => KeysDocument) {
  const serve = (request: Request): Response => {
    if (request.method !== "GET" && request.method !== "HEAD") return errorReply(405, { Allow: "GET, HEAD" });
    const { body, etag, cacheControl } = current();
    const headers = { "Content-Type": "application/json", "Cache-Control": cacheControl, ETag: etag };
    if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers });
    return new Response(body, { headers });
  };
  const app = new Elysia({ name: `keys ${paths.join(" ")}` });
  for (const path of paths) app.all(path, ({ request }) => serve(request));
  return app;
}
