import { type TProperties, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { SOURCE_CERTIFICATE } from "../contract.ts";
import type { RawRequest } from "../gate.ts";

/** A message that may be left out. */
function message<P extends TProperties>(properties: P) {
  return Type.Union([Type.Object(properties), Type.Null()]);
}

const HeaderValue = Type.Object({
  key: Type.String(),
  value: Type.String(),
  raw_value: Type.Uint8Array(),
});

/** A `CheckRequest` as it is decoded: messages that Envoy leaves out are null, texts are empty. */
const CHECK_REQUEST = TypeCompiler.Compile(
  Type.Object({
    attributes: Type.Object({
      source: message({
        certificate: Type.String(),
        address: message({ socket_address: message({ address: Type.String() }) }),
      }),
      request: Type.Object({
        http: Type.Object({
          method: Type.String(),
          path: Type.String(),
          host: Type.String(),
          scheme: Type.String(),
          headers: Type.Record(Type.String(), Type.String()),
          header_map: message({ headers: Type.Array(HeaderValue) }),
        }),
      }),
    }),
  }),
);

/** The headers that the check itself tells of, and that are put together anew. */
const TOLD: ReadonlySet<string> = new Set(["x-forwarded-for", "x-forwarded-proto"]);

/** The request that Envoy asks about, as if it had come over HTTP; null where it asks about none. */
export function readCheckRequest(check: unknown): RawRequest | null {
  if (!CHECK_REQUEST.Check(check)) return null;
  const { source, request } = check.attributes;
  const { method, path, host, scheme, headers, header_map } = request.http;
  const written: readonly (readonly [string, string])[] = header_map
    ? header_map.headers.map(({ key, value, raw_value }) => [key, value || decode(raw_value)])
    : Object.entries(headers);
  // HTTP/2 keeps in names with a colon what is told apart from the headers here.
  const others = written.filter(([name]) => !name.startsWith(":"));
  const list = others
    .filter(
      ([name, value]) => !TOLD.has(name.toLowerCase()) && !(name.toLowerCase() === "host" && value === host),
    )
    .flat();
  const chain = others.filter(([name]) => name.toLowerCase() === "x-forwarded-for").map(([, value]) => value);
  const address = source?.address?.socket_address?.address;
  if (address) chain.push(address);
  list.push("host", host, SOURCE_CERTIFICATE, source?.certificate ?? "");
  if (scheme !== "") list.push("x-forwarded-proto", scheme);
  if (chain.length > 0) list.push("x-forwarded-for", chain.join(","));
  return { method, target: path, headers: list };
}

/** Bytes as `node:http` gives them: one character each. */
function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
