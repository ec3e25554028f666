import { parseAttributeName } from "./attribute-names.ts";
import { parseListenAddress, parsePeers, parseReach } from "./parse-address.ts";
import { parseDuration } from "./parse-duration.ts";
import { parseSize } from "./parse-size.ts";
import { parseLoginUrl, parseSecureOrigin, parseSecureUrl } from "./parse-url.ts";
import { Refusal, type TextOptions, textSchema } from "./text-schema.ts";

/** Texts of `postern.yaml` that stand for something. */
export const ListenText = textSchema(
  "an address to listen on, such as 127.0.0.1:8080, [::1]:8080 or unix:/run/postern.sock",
  parseListenAddress,
);
export const PeersText = textSchema("an address or a range, such as 10.0.0.7 or 10.0.0.0/24", parsePeers);
export const ReachText = textSchema(
  "a host name, an address or a range, such as ldap.example.com or 10.0.0.0/24",
  parseReach,
);
export const SizeText = textSchema('a size from 1KiB to 64MiB, such as "512KiB"', parseSize);
export const DurationText = textSchema('a duration such as "60s" or "1h30m"', parseDuration);
export const UrlText = textSchema("an https:// URL", parseSecureUrl);
/** Kept as it is written, for tokens must spell it so. */
export const IssuerText = textSchema("an https:// URL", (text) =>
  parseSecureUrl(text) === null ? null : text,
);
export const TimeText = textSchema("a time such as 2027-01-31T12:00:00Z", parseTime);
export const OriginText = textSchema("an https:// URL without a path", parseSecureOrigin);
export const LoginUrlText = textSchema(
  "an https:// URL such as https://login.example.com/?back={url}",
  parseLoginUrl,
);
export const AttributeText = textSchema("an attribute such as identity.email", parseAttributeName);
export const StoreText = textSchema(
  "sqlite:PATH, memory:, or a redis://, rediss://, redis+cluster:// or redis+sentinel:// address",
  parseStoreAddress,
  { writeOnly: true },
);
export const TokenHashText = textSchema(
  "the SHA-256 of the token in hexadecimal: printf %s TOKEN | sha256sum",
  parseTokenHash,
  { writeOnly: true },
);

/** A duration within bounds, both written as durations. */
export function durationText(least: string, most: string, options: TextOptions) {
  const [leastMs, mostMs] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  const parse = (text: string): number | null => {
    const ms = parseDuration(text);
    return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null;
  };
  return textSchema(`a duration from ${least} to ${most}`, parse, options);
}

/** SHA-256 of nothing: the token of somebody who forgot to set one. */
const SHA256_OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function parseTokenHash(text: string): string | null {
  const hex = text.toLowerCase();
  if (hex === SHA256_OF_NOTHING) throw new Refusal("the hash of an empty token; hash the token itself");
  return /^[0-9a-f]{64}$/.test(hex) ? hex : null;
}

/** RFC 3339, in milliseconds since the epoch. */
function parseTime(text: string): number | null {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function parseStoreAddress(text: string): string | null {
  return /^(?:memory:$|sqlite:.|rediss?:\/\/.|redis\+(?:cluster|sentinel):\/\/.)/.test(text) ? text : null;
}
