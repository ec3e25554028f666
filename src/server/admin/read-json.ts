import type { Static, TSchema } from "@sinclair/typebox";
import type { TypeCheck } from "@sinclair/typebox/compiler";
import { parseStrictObject } from "../../token/strict-json.ts";
import { readBody } from "../read-body.ts";

const MAX_BODY_BYTES = 4096;

/** The JSON object that a request of the admin API holds; null where it is none, or another one. */
export async function readJson<S extends TSchema>(
  request: Request,
  check: TypeCheck<S>,
): Promise<Static<S> | null> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (typeof body === "string") return null;
  try {
    const value: unknown = { ...parseStrictObject(body, "the body") };
    return check.Check(value) ? value : null;
  } catch {
    return null;
  }
}

/** The query of a request; null where it is another one, or says a thing twice. */
export function readQuery<S extends TSchema>(request: Request, check: TypeCheck<S>): Static<S> | null {
  const start = request.url.indexOf("?");
  const pairs = [...new URLSearchParams(start < 0 ? "" : request.url.slice(start + 1))];
  const value: unknown = Object.fromEntries(pairs);
  const isOnce = new Set(pairs.map(([name]) => name)).size === pairs.length;
  return isOnce && check.Check(value) ? value : null;
}
