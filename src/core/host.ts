import { domainToASCII, domainToUnicode } from "node:url";
import { parseIp } from "./ip-address.ts";

const MAX_NAME_LENGTH = 253;
const MAX_PORT = 65_535;

/** Letters, digits, hyphens inside; underscores, because names in use have them. */
const LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";

/** Names whose last label reads as a number are left out: resolvers take them for IPv4 addresses. */
const ASCII_NAME = new RegExp(`^(?:${LABEL}\\.)*(?!(?:\\d+|0x[0-9a-f]*)$)${LABEL}$`);

/** Host in brackets, or anything a name or an IPv4 address is made of and one dot at the end; port. */
const REQUEST_HOST = /^(\[[\dA-Fa-f:.]+\](?!\.)|[\w.-]*[\w-])\.?(?::(\d{1,5}))?$/;

const WILDCARD_LABEL = /^([a-z0-9_-]*)\*([a-z0-9_-]*)$/;

/** Rank of a host without wildcards: above all digits. */
const EXACT = "exact";

/** What stands before and after the wildcard of a label. */
interface WildcardLabel {
  readonly prefix: string;
  readonly suffix: string;
}

/** One label of a pattern. */
export type LabelPattern = string | WildcardLabel;

/** The hosts of an application. */
export interface HostPattern {
  /** Canonical: ASCII, lower case, wildcards kept. Equal patterns have equal texts. */
  readonly text: string;
  /** From left to right; null for a host without wildcards. */
  readonly labels: readonly LabelPattern[] | null;
  /**
   * How specific it is, greater for more, among patterns that overlap: label by label from the
   * right, a literal one before a partial wildcard before `*`.
   */
  readonly rank: string;
}

/**
 * Canonical form of a host name: ASCII, lower case. Unicode is taken only as UTS 46 would write it
 * back, so that nothing but ASCII case folds: no look-alike full stop, no compatibility character.
 * Null for anything else, a trailing dot included.
 */
export function parseDomain(text: string): string | null {
  if (isPlainName(text)) return text;
  if (text.length > MAX_NAME_LENGTH) return null;
  const folded = foldAsciiCase(text);
  return isPlainName(folded) ? folded : parseInternationalName(folded);
}

/**
 * Canonical host of a request (`Host` or what a proxy says of it): without port and final dot,
 * lower case, IPv6 in brackets as RFC 5952 writes it. Null where it is malformed.
 */
export function parseHost(text: string): string | null {
  if (isPlainName(text)) return text;
  const [, host, port] = REQUEST_HOST.exec(text) ?? [];
  if (host === undefined || Number(port ?? 0) > MAX_PORT) return null;
  return parseDomain(host) ?? parseAddressHost(host);
}

/**
 * Hosts of an application: a name, an address, or a name with wildcards. `*` stands for one whole
 * label, inside a label for any part of it; at most one to a label, none in the last. Null otherwise.
 */
export function parseHostPattern(text: string): HostPattern | null {
  if (!text.includes("*")) {
    const host = parseDomain(text) ?? parseAddressHost(text);
    return host === null ? null : { text: host, labels: null, rank: EXACT };
  }
  const written = foldAsciiCase(text).split(".");
  // The rest is read as the name that it is once every wildcard label stands for some label.
  const name = parseDomain(written.map((label) => (label.includes("*") ? "a" : label)).join("."));
  const labels = name?.split(".").map((label, index) => readLabel(written[index] ?? "", label));
  if (labels === undefined || typeof labels.at(-1) !== "string") return null;
  if (!labels.every((label) => label !== null)) return null;
  return { text: labels.map(showLabel).join("."), labels, rank: labels.map(rankLabel).reverse().join("") };
}

/** Whether some label fits both, of two that are equally specific. */
export function labelsOverlap(a: LabelPattern, b: LabelPattern): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  const prefixesMeet = a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
  return prefixesMeet && (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix));
}

function readLabel(written: string, name: string): LabelPattern | null {
  if (!written.includes("*")) return name;
  const [, prefix, suffix] = WILDCARD_LABEL.exec(written) ?? [];
  return prefix === undefined || suffix === undefined ? null : { prefix, suffix };
}

function rankLabel(label: LabelPattern): string {
  if (typeof label === "string") return "2";
  return label.prefix === "" && label.suffix === "" ? "0" : "1";
}

function showLabel(label: LabelPattern): string {
  return typeof label === "string" ? label : `${label.prefix}*${label.suffix}`;
}

/** An IP address in place of a name. Mapped addresses are refused: they would be a second spelling. */
function parseAddressHost(text: string): string | null {
  const bracketed = text.startsWith("[") && text.endsWith("]");
  const address = parseIp(bracketed ? text.slice(1, -1) : text);
  if (address === null || (address.family === 6) !== bracketed) return null;
  return bracketed ? `[${address.text}]` : address.text;
}

/** Canonical as it stands, and nothing for IDNA to look at. */
function isPlainName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && ASCII_NAME.test(text) && !text.includes("xn--");
}

function parseInternationalName(folded: string): string | null {
  const ascii = domainToASCII(folded);
  if (ascii.length > MAX_NAME_LENGTH || !ASCII_NAME.test(ascii)) return null;
  // `domainToASCII` also maps, decodes and cuts: only what comes back as it went in counts.
  const unicode = domainToUnicode(ascii);
  const isStable = (folded === ascii || folded === unicode) && domainToASCII(unicode) === ascii;
  return isStable ? ascii : null;
}

/** Folds A–Z alone: `toLowerCase` would turn the Kelvin sign into a `k`. */
function foldAsciiCase(text: string): string {
  return /^[!-~]*$/.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}
