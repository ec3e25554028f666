import { parseHost, parseHostPattern } from "../../../src/core/host.ts";
import { pick, several } from "../../oracle/dice.ts";
import { hold, type Target } from "../target.ts";

type ParseHost = (text: string) => string | null;

const PIECES = [
  "wiki",
  "A",
  "1",
  "0x7f",
  "127.0.0.1",
  "[::1]",
  ".",
  "-",
  "_",
  ":",
  ":443",
  ":65536",
  "xn--mnchen-3ya",
  "é",
  "ſ",
  "K",
  "。",
  "@",
  "*",
];

/** Hosts of requests, against the URL standard: what is read must be the host that a browser would go to. */
export function hostTarget(parse: ParseHost = parseHost): Target {
  return {
    name: "host",
    corpus: [
      "wiki.example.com",
      "Wiki.Example.COM:8443",
      "a_b.example.com.",
      "xn--mnchen-3ya.example",
      "127.0.0.1:80",
      "[2001:DB8::1]:443",
    ],
    dictionary: [
      ".",
      "..",
      ":",
      ":80",
      "@",
      "*",
      "*.",
      "[",
      "]",
      "xn--",
      "%2e",
      "/",
      "\\",
      "?",
      "#",
      "evil.example",
      "。",
    ],
    draw: (dice) => several(dice, 1, 6, () => pick(dice, PIECES)).join(""),
    check(text) {
      checkPattern(text);
      const host = parse(text);
      if (host === null) return false;
      hold(
        [...host].every((character) => character > " " && character <= "~"),
        "a host is printable ASCII",
      );
      hold(host === host.toLowerCase(), "a host is lower case");
      hold(parse(host) === host, "a host reads as itself");
      const url = URL.parse(`http://${text}/`);
      const isSame = url === null || url.hostname.replace(/\.$/, "") === host;
      hold(isSame, "a host is where a browser would go");
      return true;
    },
  };
}

function checkPattern(text: string): void {
  const pattern = parseHostPattern(text);
  if (pattern === null) return;
  hold(Bun.deepEquals(parseHostPattern(pattern.text), pattern, true), "a pattern reads as itself");
  hold(pattern.labels !== null || parseHost(pattern.text) === pattern.text, "an exact pattern is a host");
}
