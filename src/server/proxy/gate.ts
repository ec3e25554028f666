import { METHODS } from "node:http";
import type { Contract } from "./contract.ts";
import { createHeaderReader, type DecisiveHeaders } from "./decisive-headers.ts";
import type { Refusal } from "./refusal.ts";

/** A request as it came from a proxy: raw target, raw names and values in turn. */
export interface RawRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
}

/** The request that a proxy asks about, told in one way only. */
export interface AskedRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** Host and target as the client wrote them; whoever looks the application up finds out if they make sense. */
  readonly host: string;
  readonly target: string;
  readonly headers: DecisiveHeaders;
  /** All of them, raw: for the header that an application names for itself. */
  readonly list: readonly string[];
}

/** Lets through what has one reading alone, and refuses everything else. */
export type PassGate = (raw: RawRequest) => AskedRequest | Refusal;

const REFUSED_METHODS: readonly string[] = ["TRACE", "CONNECT"];
const KNOWN_METHODS: ReadonlySet<string> = new Set(
  METHODS.filter((method) => !REFUSED_METHODS.includes(method)),
);

/** `https://host/path?query`, as nginx puts it together from its variables. Nothing is decoded. */
const ABSOLUTE_URL = /^(https?):\/\/([^/?#\\@]+)(\/.*)$/s;

export function createGate(contract: Contract): PassGate {
  const readHeaders = createHeaderReader(contract);

  return (raw) => {
    const headers = readHeaders(raw.headers);
    if (typeof headers === "string") return headers;
    const method = contract.method === null ? raw.method : headers.get(contract.method);
    const url = readUrl(contract, raw, headers);
    if (method === undefined || url === null) return "missing_header";
    if (!KNOWN_METHODS.has(method)) return "unknown_method";
    const { scheme, host, target } = url;
    if (scheme !== "http" && scheme !== "https") return "malformed_url";
    return { method, scheme, host, target, headers, list: raw.headers };
  };
}

interface WrittenUrl {
  readonly scheme: string;
  readonly host: string;
  readonly target: string;
}

/** Null where the proxy does not say it. */
function readUrl({ url }: Contract, raw: RawRequest, headers: DecisiveHeaders): WrittenUrl | null {
  if (url.form === "absolute") {
    const written = headers.get(url.header);
    if (written === undefined) return null;
    const [, scheme = "", host = "", target = ""] = ABSOLUTE_URL.exec(written) ?? [];
    return { scheme, host, target };
  }
  const host = headers.get(url.host ?? "host");
  const target = url.target === null ? raw.target : headers.get(url.target);
  if (host === undefined || target === undefined) return null;
  // It takes part in nothing but the way back from a login.
  return { scheme: headers.get(url.scheme) ?? "https", host, target };
}

/** The first value of a header that decides nothing; empty where there is none. `name` is lower case. */
export function headerOf({ list }: AskedRequest, name: string): string {
  const at = list.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? "" : (list[at + 1] ?? "");
}
