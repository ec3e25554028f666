import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { ServiceTokenPair } from "../../session/credentials/service-tokens.ts";
import { parseStrictObject } from "../../token/strict-json.ts";
import type { AskedRequest } from "./gate.ts";

const MAX_CHARS = 1_024;

const Pair = TypeCompiler.Compile(
  Type.Object(
    {
      "cf-access-client-id": Type.String({ minLength: 1 }),
      "cf-access-client-secret": Type.String({ minLength: 1 }),
    },
    { additionalProperties: false },
  ),
);

/**
 * The service token that came with a request: in its two headers, or as JSON in the one that the
 * application names. Null for none; `broken` for half of one, or for one in both ways.
 */
export function readServiceToken(
  asked: AskedRequest,
  jsonHeader: string | null,
): ServiceTokenPair | "broken" | null {
  const clientId = asked.headers.get("cf-access-client-id");
  const clientSecret = asked.headers.get("cf-access-client-secret");
  const json = jsonHeader === null ? null : readJsonHeader(asked, jsonHeader);
  if (clientId === undefined && clientSecret === undefined) return json;
  if (!clientId || !clientSecret || json !== null) return "broken";
  return isTooLong(clientId) || isTooLong(clientSecret) ? "broken" : { clientId, clientSecret };
}

/** Null where the header holds something else, as `Authorization` may. */
function readJsonHeader({ list }: AskedRequest, header: string): ServiceTokenPair | "broken" | null {
  const [value, second] = list.filter((_, at) => at % 2 === 1 && list[at - 1]?.toLowerCase() === header);
  if (second !== undefined) return "broken";
  if (!value?.startsWith("{")) return null;
  if (isTooLong(value)) return "broken";
  try {
    const pair = parseStrictObject(Buffer.from(value), "the service token");
    if (!Pair.Check(pair)) return "broken";
    return { clientId: pair["cf-access-client-id"], clientSecret: pair["cf-access-client-secret"] };
  } catch {
    return "broken";
  }
}

function isTooLong(text: string): boolean {
  return text.length > MAX_CHARS;
}
