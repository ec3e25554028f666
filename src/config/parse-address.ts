import { isIP, isIPv4 } from "node:net";
import { type IpRange, parseIp, parseRange } from "../core/ip-address.ts";
import { Refusal } from "./text-schema.ts";

/** Where a listener listens. */
export type ListenAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

const HOST_PORT = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** Parses `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080` and `unix:/run/postern.sock`. */
export function parseListenAddress(text: string): ListenAddress | null {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    return path.startsWith("/") ? { kind: "unix", path } : null;
  }
  const [, bracketed, bare, digits] = HOST_PORT.exec(text) ?? [];
  const port = Number(digits);
  if (!(port <= 65_535)) return null;
  if (bracketed !== undefined) {
    return isIP(bracketed) === 6 ? { kind: "tcp", host: bracketed.toLowerCase(), port } : null;
  }
  const host = bare?.toLowerCase() ?? "";
  // A name that ends in a number is a mistyped address.
  const named = HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host);
  return isIPv4(host) || named ? { kind: "tcp", host, port } : null;
}

/** Whether two listeners would contend for one address. Port 0 is whatever is free. */
export function addressesClash(a: ListenAddress, b: ListenAddress): boolean {
  if (a.kind === "unix" || b.kind === "unix")
    return a.kind === b.kind && "path" in a && "path" in b && a.path === b.path;
  if (a.port !== b.port || a.port === 0) return false;
  return (
    a.host === b.host || isWildcard(a.host) || isWildcard(b.host) || (isLocal(a.host) && isLocal(b.host))
  );
}

function isWildcard(host: string): boolean {
  const text = parseIp(host)?.text;
  return text === "0.0.0.0" || text === "::";
}

/** `localhost` is either of the two, so that only these clash with it. */
function isLocal(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1" || host === "::1";
}

/** Something that a provider may reach beside the public internet. */
export type ReachTarget =
  | { readonly kind: "host"; readonly host: string }
  | { readonly kind: "range"; readonly range: IpRange };

/** A host name, or a range of addresses. A range of everything is refused: it guards nothing. */
export function parseReach(text: string): ReachTarget | null {
  const range = parseRange(text);
  if (range?.text.endsWith("/0"))
    throw new Refusal("a /0 is everything; name what the provider has to reach");
  if (range !== null) return { kind: "range", range };
  const host = text.toLowerCase();
  // A name that ends in a number is a mistyped address.
  return HOST_NAME.test(host) && !/(?:^|\.)\d+$/.test(host) ? { kind: "host", host } : null;
}

/** A range of peers to trust, or one of them. A range of everything is refused: it would trust everybody. */
export function parsePeers(text: string): IpRange | null {
  const range = parseRange(text);
  if (range?.text.endsWith("/0")) throw new Refusal("a /0 trusts everybody; name the proxy's own addresses");
  return range;
}
