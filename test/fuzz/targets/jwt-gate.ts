import { type GateRules, parseToken } from "../../../src/token/jwt-gate.ts";
import { TokenError } from "../../../src/token/token-error.ts";
import { pick } from "../../oracle/dice.ts";
import { attempt, hold, type Target } from "../target.ts";

type ParseToken = (token: string, rules: GateRules) => { readonly algorithm: string; readonly kid: string };

const RULES: GateRules = { algorithms: ["RS256"], types: ["JWT", undefined] };
const HEADERS = [
  '{"alg":"RS256","kid":"k","typ":"JWT"}',
  '{"kid":"k","alg":"RS256"}',
  '{"alg":"none","kid":"k"}',
  '{"alg":"RS256","kid":"k","jwk":{}}',
  '{"alg":"RS256","alg":"none","kid":"k"}',
];
const PAYLOADS = ['{"exp":1700000060,"nonce":"n","identity":{}}', "{}", "[]", '{"a":1,"a":2}'];

const encode = (text: string) => Buffer.from(text).toString("base64url");
const decode = (part: string) => Buffer.from(part, "base64url");

/** Tokens, or three lines that are made into one: header, payload and signature as they are before encoding. */
export function jwtGateTarget(parse: ParseToken = parseToken): Target {
  return {
    name: "jwt-gate",
    corpus: HEADERS.flatMap((header) => [
      `${header}\n{"exp":1700000060}\nsignature`,
      `${encode(header)}.${encode("{}")}.${encode("signature")}`,
    ]),
    dictionary: [
      '"alg":',
      '"none"',
      '"HS256"',
      '"crit":["exp"],',
      '"jku":"http://127.0.0.1/",',
      '"kid":',
      "\n",
      ".",
      "=",
      "e30",
      "__proto__",
    ],
    draw: (dice) => [pick(dice, HEADERS), pick(dice, PAYLOADS), "signature"].join("\n"),
    check(input) {
      const lines = input.split("\n");
      const token = lines.length === 3 ? lines.map(encode).join(".") : input;
      const parsed = attempt(() => parse(token, RULES), TokenError);
      if (parsed === null) return false;
      const parts = token.split(".");
      hold(parts.length === 3, "a token has three parts");
      hold(
        parts.every((part) => part !== "" && decode(part).toString("base64url") === part),
        "a token has one spelling",
      );
      const [header, payload]: unknown[] = parts
        .slice(0, 2)
        .map((part) => JSON.parse(decode(part).toString()));
      const expected = { alg: parsed.algorithm, kid: parsed.kid };
      hold(parsed.algorithm === "RS256", "the algorithm is the one that was asked for");
      hold(
        [expected, { ...expected, typ: "JWT" }].some((wanted) => Bun.deepEquals(header, wanted)),
        "a header is alg, kid and typ",
      );
      hold(
        typeof payload === "object" && payload !== null && !Array.isArray(payload),
        "a payload is an object",
      );
      return true;
    },
  };
}
