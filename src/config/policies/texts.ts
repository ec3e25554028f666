import { readCountry } from "../../core/country.ts";
import { parseEmail } from "../../core/email.ts";
import { parseRange } from "../../core/ip-address.ts";
import { parseVersion } from "../../core/posture/version.ts";
import { parseDuration } from "../parse-duration.ts";
import { parseSecureUrl } from "../parse-url.ts";
import { Refusal, readText, type TText, textSchema } from "../text-schema.ts";
import { given } from "./schema-parts.ts";

/** An e-mail address, as addresses are compared. */
export const EmailText = textSchema(
  "an e-mail address such as jo@example.com",
  (text) => parseEmail(text)?.address ?? null,
);

/** A domain of e-mail addresses; a leading `@`, as dashboards show it, is left off. */
export const EmailDomainText = textSchema(
  "a domain such as example.com",
  (text) => parseEmail(`a@${text.startsWith("@") ? text.slice(1) : text}`)?.domain ?? null,
);

/** An address or a range, as it was written: lint looks at its host bits. */
export const RangeText = textSchema(
  "an IP address or a range such as 192.0.2.0/24 or 2001:db8::/32",
  (text) => (parseRange(text) === null ? null : text),
);

const COUNTRY_NAMES = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
/** Codes that have a name and are no country: alliances, and private use. */
const NOT_COUNTRIES: ReadonlySet<string> = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

/** An ISO 3166-1 alpha-2 code, upper case. */
export const CountryText = textSchema("a country's two-letter code (ISO 3166-1) such as PT", (text) => {
  if (text === "XX" || text === "T1") throw new Refusal(`${text} stands for no country; nobody could match`);
  const country = readCountry(text);
  const named = country !== null && !NOT_COUNTRIES.has(country) && COUNTRY_NAMES.of(country) !== undefined;
  return named ? country : null;
});

export const UrlText = textSchema("a URL that starts with https://", parseSecureUrl);

/** The name of a request header (RFC 9110), lower case. */
export const HeaderNameText = textSchema("the name of a header, such as X-Robot", (text) =>
  /^[\w!#$%&'*+.^`|~-]{1,100}$/.test(text) ? text.toLowerCase() : null,
);

/** A SHA-256 hash, lower case. */
export const Sha256Text = textSchema("a SHA-256 hash: 64 hexadecimal digits", (text) =>
  /^[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : null,
);

/** The thumbprint of a signing certificate, lower case: SHA-1 at Cloudflare, or SHA-256. */
export const ThumbprintText = textSchema("a certificate's thumbprint: 40 hexadecimal digits", (text) =>
  /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i.test(text) ? text.toLowerCase() : null,
);

/** Dotted numbers, and what may follow them; where pre-releases stand nobody could say. */
export const VersionText = textSchema('a version in quotes, such as "14.2"', (text) =>
  parseVersion(text) === null ? null : text,
);

/** The name of an attribute that a plugin declares, `own.…`; kept without the `own.`. */
export const OwnAttributeText = textSchema(
  "the name of a plugin's own attribute, such as own.trust",
  (text) => /^own\.(\w+(?:[.-]\w+)*)$/.exec(text)?.[1] ?? null,
);

/** A duration in Go's style, in milliseconds. */
export const DurationText = textSchema('a duration such as "24h", "2h45m" or "0s"', parseDuration);

/** What an optional text stands for; null where it is missing or empty. */
export function readOptional<T>(schema: TText<T>, text: string | null | undefined): T | null {
  const value = given(text);
  return value === null ? null : readText(schema, value);
}
