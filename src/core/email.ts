import { parseDomain } from "./host.ts";

/** An e-mail address, parsed once: both parts lower case, the domain in its ASCII form. */
export interface Email {
  readonly address: string;
  readonly domain: string;
}

const MAX_LENGTH = 320;

/** RFC 5322 `atext` and dots: nothing that needs quotes, nothing outside ASCII. */
const LOCAL_PART = /^[\w.!#$%&'*+/=?^`{|}~-]+$/;
const UPPER_CASE = /[A-Z]/;

/** What most addresses are, and canonical as it stands: lower case, labels without `--` and so without punycode. */
const PLAIN = /^[a-z\d_.!#$%&'*+/=?^`{|}~-]+@[a-z\d]+(?:[.-][a-z\d]+)*\.[a-z]+$/;
/** No label of a plain address can be longer than the 63 characters it may have. */
const MAX_PLAIN_LENGTH = 64;

/**
 * Reads an address as it stands: nothing is trimmed, unquoted or folded but ASCII case.
 * Null for anything else, so that no stranger's address can be read as a member's.
 */
export function parseEmail(value: unknown): Email | null {
  if (typeof value !== "string" || value.length > MAX_LENGTH) return null;
  const at = value.indexOf("@");
  if (value.length <= MAX_PLAIN_LENGTH && PLAIN.test(value))
    return { address: value, domain: value.slice(at + 1) };
  const localPart = value.slice(0, at);
  // A second `@` stays in the domain, where it is refused.
  const domain = at > 0 && LOCAL_PART.test(localPart) ? parseDomain(value.slice(at + 1)) : null;
  if (domain === null) return null;
  const canonical = !UPPER_CASE.test(localPart) && value.endsWith(domain);
  const address = canonical ? value : `${localPart.toLowerCase()}@${domain}`;
  // Punycode may be longer than what it stands for.
  return address.length > MAX_LENGTH ? null : { address, domain };
}
