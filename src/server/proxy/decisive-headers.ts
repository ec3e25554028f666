import type { Contract } from "./contract.ts";
import type { Refusal } from "./refusal.ts";

/** What decides in every contract beside the headers that the proxy sets. */
const OF_THE_CLIENT = [
  "host",
  "connection",
  "authorization",
  "cookie",
  "cf-access-jwt-assertion",
  "cf-access-client-id",
  "cf-access-client-secret",
  "cf-access-token",
  "x-requested-with",
  "origin",
  "access-control-request-method",
] as const;

/** Headers that only Postern's answers may carry. */
const OWN_PREFIX = "x-postern-";

/** Every header that decides, by its name in lower case, once. */
export type DecisiveHeaders = ReadonlyMap<string, string>;

export type ReadHeaders = (list: readonly string[]) => DecisiveHeaders | Refusal;

/**
 * Makes the reader of a contract: it takes a raw list of names and values in turn, and refuses what
 * another server could read in another way. Headers that decide nothing are left out.
 */
export function createHeaderReader(contract: Contract): ReadHeaders {
  const decisive: ReadonlySet<string> = new Set([...OF_THE_CLIENT, ...managedHeaders(contract)]);

  return (list) => {
    const headers = new Map<string, string>();
    for (let at = 0; at < list.length; at += 2) {
      const name = (list[at] ?? "").toLowerCase();
      if (!decisive.has(name)) {
        const refusal = refuseOther(name, decisive);
        if (refusal !== null) return refusal;
        continue;
      }
      if (headers.has(name)) return "duplicate_header";
      headers.set(name, list[at + 1] ?? "");
    }
    return namesDecisive(headers.get("connection"), decisive) ? "connection_names_header" : headers;
  };
}

/** The headers that the proxy itself sets. */
function managedHeaders({ method, url, client, certificate }: Contract): readonly string[] {
  const parts = url.form === "absolute" ? [url.header] : [url.host, url.target, url.scheme];
  const verify = certificate === null || certificate.form === "xfcc" ? null : certificate.verify;
  const names = [method, ...parts, client, certificate?.header ?? null, verify?.header ?? null];
  return names.filter((name) => name !== null);
}

/** CGI, WSGI and HAProxy take `_` and `.` for `-`: what they would take for a header that decides is refused. */
function refuseOther(name: string, decisive: ReadonlySet<string>): Refusal | null {
  const folded = /[_.]/.test(name) ? name.replace(/[_.]/g, "-") : name;
  if (folded.startsWith(OWN_PREFIX)) return "forged_header";
  return folded !== name && decisive.has(folded) ? "header_twin" : null;
}

/** A server between the proxy and us would have to strip what `Connection` names (RFC 9110, 7.6.1). */
function namesDecisive(connection: string | undefined, decisive: ReadonlySet<string>): boolean {
  if (connection === undefined || connection === "keep-alive" || connection === "close") return false;
  return connection
    .toLowerCase()
    .split(",")
    .some((option) => {
      const name = option.trim().replace(/[_.]/g, "-");
      return decisive.has(name) || name.startsWith(OWN_PREFIX);
    });
}
