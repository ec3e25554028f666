import type { AskedRequest } from "./gate.ts";

/** Where a person came from, for the way back: its host is one of an application. */
export function urlOf({ scheme, host, target }: AskedRequest): string {
  return `${scheme}://${host}${target}`;
}

/** `login_url` of the configuration with `{url}` filled in. */
export function fillLoginUrl(loginUrl: string, url: string): string {
  // A function, because `$&` in a target would be an instruction.
  return loginUrl.replace("{url}", () => encodeURIComponent(url));
}
