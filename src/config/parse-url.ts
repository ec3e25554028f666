import { isIPv4 } from "node:net";
import { Refusal } from "./text-schema.ts";

/** Whether a URL's host is this machine itself. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIPv4(host) && host.startsWith("127."));
}

/** An absolute URL over HTTPS, over plain HTTP only to this machine; without credentials or a fragment. */
export function parseSecureUrl(text: string): string | null {
  if (!/^https?:\/\//.test(text) || /[\s\\]/.test(text)) return null;
  const url = URL.parse(text);
  if (url === null) return null;
  if (url.protocol !== "https:" && !isLoopback(url.hostname)) {
    throw new Refusal("plain http is for this machine only (localhost, 127.0.0.1, [::1]); use https");
  }
  if (url.username !== "" || url.password !== "") throw new Refusal("credentials in a URL; remove them");
  if (text.includes("#")) throw new Refusal("a fragment in a URL; remove what follows the #");
  return url.href;
}

/** As `parseSecureUrl`, but scheme, host and port alone: `https://postern.example.com`. */
export function parseSecureOrigin(text: string): string | null {
  const href = parseSecureUrl(text);
  if (href === null) return null;
  const { origin, pathname, search } = new URL(href);
  if (pathname !== "/" || search !== "")
    throw new Refusal("only scheme, host and port belong here; remove the path");
  return origin;
}

/** A URL in whose query `{url}` stands for where the person came from. */
export function parseLoginUrl(text: string): string | null {
  const [before = "", after, ...more] = text.split("{url}");
  if (more.length > 0) throw new Refusal("{url} may stand once");
  if (after !== undefined && !before.includes("?"))
    throw new Refusal("{url} belongs in the query, after the ?");
  if (/[{}]/.test(before + (after ?? ""))) throw new Refusal("the only placeholder is {url}");
  return parseSecureUrl(before + (after ?? "")) === null ? null : text;
}
