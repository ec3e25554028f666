import { type Email, parseEmail } from "../../../src/core/email.ts";
import { pick, several } from "../../oracle/dice.ts";
import { hold, type Target } from "../target.ts";

type ParseEmail = (text: string) => Email | null;

const LOCAL_PART = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.!#$%&'*+/=?^`{|}~-";
const DOMAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
const PIECES = [
  "a",
  "Z",
  "0",
  "@",
  ".",
  "-",
  "_",
  "company",
  "com",
  "xn--",
  "é",
  "ſ",
  "K",
  "。",
  "0x7f",
  "%40",
  "+",
];

/** Addresses, against a reader that knows nothing but ASCII; domains of other scripts against the URL standard. */
export function emailTarget(parse: ParseEmail = parseEmail): Target {
  return {
    name: "email",
    corpus: [
      "ada@company.com",
      "Ada.Lovelace+notes@Sub.Company.COM",
      "x@xn--mnchen-3ya.example",
      "x@münchen.example",
      `${"a".repeat(64)}@${"b".repeat(63)}.com`,
    ],
    dictionary: [
      "@",
      "@company.com",
      ".company.com",
      "company.com",
      ".",
      "xn--",
      '"',
      " ",
      "%00",
      "\u0000",
      "。",
      "<",
      ">",
    ],
    draw: (dice) => several(dice, 1, 9, () => pick(dice, PIECES)).join(""),
    check(text) {
      const email = parse(text);
      if (isAscii(text)) {
        const expected = readAscii(text);
        hold((email === null) === (expected === null), "an ASCII address is read exactly where it is one");
        hold(email === null || email.address === expected, "an ASCII address is folded and nothing else");
      }
      if (email === null) return false;
      const [localPart, domain, more] = email.address.split("@");
      hold(more === undefined && domain === email.domain && localPart !== "", "there is one @");
      hold(
        [...email.address].every((character) => character > " " && character <= "~"),
        "it is printable ASCII",
      );
      hold(email.address === email.address.toLowerCase(), "it is lower case");
      hold(isFolded(text, email), "its parts are those that were written");
      hold(Bun.deepEquals(parse(email.address), email, true), "it reads as itself");
      return true;
    },
  };
}

function isAscii(text: string): boolean {
  // Punycode hides other scripts.
  return [...text].every((character) => character <= "\u007f") && !text.toLowerCase().includes("xn--");
}

function readAscii(text: string): string | null {
  const parts = text.split("@");
  const [localPart = "", domain = ""] = parts;
  if (parts.length !== 2 || text.length > 320 || localPart === "" || domain.length > 253) return null;
  if (![...localPart].every((character) => LOCAL_PART.includes(character))) return null;
  if (![...domain].every((character) => DOMAIN.includes(character))) return null;
  const labels = domain.toLowerCase().split(".");
  const isLabel = (label: string) =>
    label.length >= 1 && label.length <= 63 && !label.startsWith("-") && !label.endsWith("-");
  if (!labels.every(isLabel)) return null;
  // What reads as a number is an address to a resolver.
  if (/^(?:\d+|0x[\da-f]*)$/.test(labels.at(-1) ?? "")) return null;
  return `${localPart.toLowerCase()}@${labels.join(".")}`;
}

/** Judged by the URL standard's own reading of the host. */
function isFolded(text: string, { address, domain }: Email): boolean {
  const at = text.indexOf("@");
  const written = URL.parse(`http://${text.slice(at + 1)}/`)?.hostname;
  return address === `${text.slice(0, at).toLowerCase()}@${domain}` && written === domain;
}
