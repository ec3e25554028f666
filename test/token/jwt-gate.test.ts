import { describe, expect, test } from "bun:test";
import { type GateRules, parseToken } from "../../src/token/jwt-gate.ts";
import { edgeKey, encode, refusalOf, signAccessToken } from "./access-team.ts";

const RULES: GateRules = { algorithms: ["RS256"], types: ["JWT", undefined] };

const withHeader = (header: unknown) =>
  `${encode(JSON.stringify(header))}.${encode("{}")}.${encode("signature")}`;
const refusal = (token: string, rules = RULES) => refusalOf(() => parseToken(token, rules));

describe("the gate before any cryptography", () => {
  test("lets a plain token through and tells its key", () => {
    const parsed = parseToken(withHeader({ alg: "RS256", kid: "k", typ: "JWT" }), RULES);
    expect([parsed.algorithm, parsed.kid]).toEqual(["RS256", "k"]);
  });

  test.each([
    [
      "a token of 16 KiB and one character",
      `a.${"b".repeat(16 * 1024 - 3)}.c`.padEnd(16 * 1024 + 1, "d"),
      "too_large",
    ],
    ["nothing", "", "malformed"],
    ["two parts", "e30.e30", "malformed"],
    ["four parts", "e30.e30.e30.e30", "malformed"],
    ["an empty header", ".e30.e30", "malformed"],
    ["an empty payload", "e30..e30", "malformed"],
    ["an empty signature", "e30.e30.", "malformed"],
    ["a header that is no object", `${encode("[]")}.e30.e30`, "malformed"],
    ["a header that is no JSON", `${encode("alg=RS256")}.e30.e30`, "malformed"],
  ])("refuses %s", async (_, token, code) => {
    expect(await refusal(token)).toBe(code);
  });

  test("refuses a payload that is no strict JSON object, before a key is asked for", async () => {
    const header = encode(JSON.stringify({ alg: "RS256", kid: "k" }));
    for (const payload of ["[]", "null", '{"a":1,"a":2}', '{"exp":1e309}', "{} "]) {
      const expected = payload === "{} " ? "accepted" : "malformed";
      expect(await refusal(`${header}.${encode(payload)}.e30`)).toBe(expected);
    }
  });

  test.each([
    ["padding", "e30="],
    ["a space", "e3 0"],
    ["a line feed at the end", "e30\n"],
    ["plus and slash of plain base64", "+/+/"],
    ["last bits that are not zero", "e31"],
    ["a lone last character", "e30e3"],
    ["a letter beyond ASCII", "é30e"],
  ])("refuses base64url with a second spelling, in any part: %s", async (_, part) => {
    const header = encode(JSON.stringify({ alg: "RS256", kid: "k" }));
    for (const token of [`${part}.e30.e30`, `${header}.${part}.e30`, `${header}.e30.${part}`]) {
      expect(await refusal(token)).toBe("malformed");
    }
  });

  test.each([
    "jwk",
    "jku",
    "x5u",
    "x5c",
    "x5t",
    "x5t#S256",
    "crit",
    "b64",
    "zip",
    "enc",
    "epk",
    "p2c",
    "cty",
    "nonce",
  ])("refuses a header that holds %s", async (name) => {
    expect(await refusal(withHeader({ alg: "RS256", kid: "k", [name]: "x" }))).toBe("header_refused");
  });

  test.each([
    ["no kid", undefined],
    ["an empty kid", ""],
    ["a number", 7],
    ["null", null],
    ["an object", { k: 1 }],
    ["a list", ["k"]],
    ["257 characters", "k".repeat(257)],
    ["10 KB", "k".repeat(10_240)],
    ["a NUL", "k\u0000"],
    ["a line feed", "k\n"],
    ["a letter beyond ASCII", "kéy"],
  ])("refuses a kid that is %s", async (_, kid) => {
    expect(await refusal(withHeader({ alg: "RS256", kid }))).toBe("header_refused");
  });

  test("takes only the types that are asked for", async () => {
    const verdict: GateRules = { algorithms: ["ES256"], types: ["verdict+jwt"] };
    const token = (typ: unknown) => withHeader({ alg: "ES256", kid: "k", typ });
    expect(await refusal(token("verdict+jwt"), verdict)).toBe("accepted");
    for (const typ of ["JWT", "Verdict+JWT", "", undefined, null, ["verdict+jwt"]]) {
      expect(await refusal(token(typ), verdict)).toBe("header_refused");
    }
  });

  test("takes only the algorithms that are asked for", async () => {
    expect(await refusal(withHeader({ alg: "ES256", kid: "k" }))).toBe("algorithm_refused");
    expect(
      await refusal(withHeader({ alg: "RS256", kid: "k" }), { algorithms: [], types: [undefined] }),
    ).toBe("algorithm_refused");
  });

  test("golang-jwt CVE-2025-30204, go-jose CVE-2025-27144: 8 million dots are refused by their number", async () => {
    expect(await refusal(".".repeat(8_000_000))).toBe("too_large");
    expect(await refusal(".".repeat(16_000))).toBe("malformed");
  });

  test("golang-jwt CVE-2024-51744: what a token claims cannot be reached before its signature has held", async () => {
    const parsed = parseToken(await signAccessToken({ role: "admin" }), RULES);
    // @ts-expect-error: there are no claims on a token that is merely parsed
    expect(parsed.claims).toBeUndefined();
    expect(JSON.stringify(parsed)).toBe(JSON.stringify({ algorithm: "RS256", kid: edgeKey.kid }));
    expect((await parsed.verifySignature(edgeKey.pair.publicKey)).claims.role).toBe("admin");
  });

  test("a token that was not verified does not pass for one that was", async () => {
    const parsed = parseToken(await signAccessToken({}), RULES);
    const forged = { algorithm: "RS256", kid: "k", verifySignature: parsed.verifySignature } as const;
    // @ts-expect-error: the type is nominal
    const typed: typeof parsed = forged;
    expect(typed.verifySignature(edgeKey.pair.publicKey)).rejects.toThrow();
  });
});
