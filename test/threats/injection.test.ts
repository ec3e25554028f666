import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readConfig } from "../../src/config/load-config.ts";
import { readSource } from "../../src/config/source.ts";
import { parseEmail } from "../../src/core/email.ts";
import { parseDomain, parseHost, parseHostPattern } from "../../src/core/host.ts";
import { parseIp, parseRange } from "../../src/core/ip-address.ts";
import { parsePathPattern, readPath } from "../../src/core/path.ts";
import { parseStrictJson } from "../../src/token/strict-json.ts";
import { TokenError } from "../../src/token/token-error.ts";
import { growsInProportion } from "../fuzz/growth.ts";
import { attempt } from "../fuzz/target.ts";
import { readFiles } from "../meta/source-files.ts";
import { messagesOf } from "../policies/support.ts";
import { personNamed, signQuestion } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { allowing, askPolicy, identityOf } from "./ask.ts";

describe("what is configured is data", () => {
  test("OPA CVE-2025-46569, CVE-2022-36085, Traefik CVE-2026-29777, CVE-2026-32695: no text in a policy is code", () => {
    const texts = [
      "` || true || `",
      '") or true or ("',
      "{{ true }}",
      "$(id)",
      "data.x\n}\nallow := true {",
      "a' OR '1'='1",
    ];
    for (const text of texts) {
      const rule = `{ okta: { name: ${JSON.stringify(text)} } }`;
      expect(askPolicy(allowing(rule), identityOf({ groups: ["admins"] }))).toBe("no_policy_matched");
      expect(askPolicy(allowing(rule), identityOf({ groups: [text] }))).toBe("permit");
    }
  });

  test("Caddy CVE-2026-30852, GHSA-wwhq: variables are put in once, into the configuration alone", () => {
    const env = { ONCE: `\${SECRET}`, SECRET: "s3cret" };
    const text = `public_url: https://p.example.com\nstore: "memory:"\npolicies: ./p\nlisten: { public: "127.0.0.1:1" }\nkeys: { passphrase: "\${ONCE}" }\n`;
    const { config } = readConfig(readSource("postern.yaml", text), "/etc/postern.yaml", env);
    expect(config?.keys.passphrase).toBe(`\${SECRET}`);
    process.env.POSTERN_TEST_CANARY = "c4nary";
    const policy = allowing(`{ okta: { name: "\${POSTERN_TEST_CANARY}" } }`);
    expect(askPolicy(policy, identityOf({ groups: ["c4nary"] }))).toBe("no_policy_matched");
    expect(askPolicy(policy, identityOf({ groups: [`\${POSTERN_TEST_CANARY}`] }))).toBe("permit");
    delete process.env.POSTERN_TEST_CANARY;
  });

  test("OPA CVE-2024-8260: a path is taken for a path of this machine, and nothing is fetched", () => {
    for (const reference of [
      "//evil.example/share",
      "\\\\evil.example\\share",
      "https://evil.example/x",
      "smb://evil/x",
    ]) {
      const text = `public_url: https://p.example.com\nstore: "memory:"\npolicies: ${JSON.stringify(reference)}\nlisten: { public: "127.0.0.1:1" }\n`;
      const { config } = readConfig(readSource("postern.yaml", text), "/etc/postern.yaml", {});
      expect(config?.policies).toStartWith("/");
    }
  });

  test("expr-eval CVE-2025-12735, jsonpath-plus CVE-2024-21534, CVE-2025-1302, json-logic 1542: there is no expression language", async () => {
    const [manifest] = await readFiles("package.json");
    const { dependencies } = JSON.parse(manifest?.text ?? "{}");
    const languages = /expr|jsonpath|json-logic|jexl|mathjs|vm2|jsonata|filtrex|rego|cel-/;
    expect(Object.keys(dependencies).filter((name) => languages.test(name))).toEqual([]);
    const sources = await readFiles("src/**/*.ts");
    const evaluated = /\beval\(|new Function\(|\bvm\b.*from "node:vm"|setTimeout\("/;
    expect(sources.filter(({ text }) => evaluated.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe("a name reaches for no prototype", () => {
  test("of an object in a policy file", () => {
    for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
      expect(messagesOf(`applications: [ { name: a, ${name}: { isAdmin: true } } ]`)).not.toEqual([]);
      expect(messagesOf(`${name}: []`)).not.toEqual([]);
      expect(
        messagesOf(`policies: [ { name: p, decision: allow, include: [ { ${name}: {} } ] } ]`),
      ).not.toEqual([]);
      expect(
        messagesOf(`policies: [ { name: p, decision: ${name}, include: [ { everyone: {} } ] } ]`),
      ).not.toEqual([]);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("of a reference: what is called like a member of every object is not there", () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const rule = `{ group: { id: ${name} } }`;
      expect(messagesOf(`policies: [ { name: p, decision: allow, include: [ ${rule} ] } ]`)).toEqual([
        `policies[0].include[0].group.id: there is no group "${name}"; add it, or mend the id or name`,
      ]);
    }
  });

  test("of a claim: an attribute that is called so is one like any other", () => {
    for (const name of ["constructor", "toString", "valueOf"]) {
      const policy = allowing(`{ saml: { attribute_name: ${name}, attribute_value: x } }`);
      expect(askPolicy(policy, identityOf({ saml_attributes: {} }))).toBe("no_policy_matched");
      expect(askPolicy(policy, identityOf({ saml_attributes: { [name]: "x" } }))).toBe("permit");
    }
  });
});

describe("Elysia, of which only the router is used", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start(TEAM_POLICIES);
  });
  afterAll(() => service.stop());

  const post = async (headers: Readonly<Record<string, string>>, query = "") => {
    const token = await signQuestion({ claims: { identity: personNamed("mallory") } });
    return fetch(`${service.urlOf("public")}/evaluate/wiki${query}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ token }),
    });
  };

  test("CVE-2025-66456, CVE-2026-31865: no cookie, query or body sets a prototype", async () => {
    await post({ Cookie: "__proto__=x; constructor=y; __proto__.isAdmin=1" });
    await post({}, "?__proto__[isAdmin]=1&__proto__.isAdmin=1&constructor.prototype.isAdmin=1");
    await fetch(`${service.urlOf("public")}/evaluate/wiki`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: '{"token":"a","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
    });
    expect(Reflect.get({}, "isAdmin")).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("CVE-2025-66457, CVE-2026-30837: neither its cookies nor its formats are used, and it is a mended version", async () => {
    const sources = await readFiles("src/server/**/*.ts");
    const used = /\bcookie\b\s*[:(]|format:\s*["']|t\.(?:Cookie|String)\(|from "@elysia/;
    expect(sources.filter(({ text }) => used.test(text)).map(({ path }) => path)).toEqual([]);
    const [manifest] = await readFiles("package.json");
    const version: string = JSON.parse(manifest?.text ?? "{}").dependencies.elysia;
    const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(1_004_030);
  });
});

describe("ReDoS: no reader works more than in proportion to a text of one character", () => {
  const readers: readonly (readonly [string, (text: string) => unknown])[] = [
    ["e-mail", parseEmail],
    ["domain", parseDomain],
    ["host", parseHost],
    ["host pattern", parseHostPattern],
    ["path", readPath],
    ["path pattern", parsePathPattern],
    ["address", parseIp],
    ["range", parseRange],
    ["YAML", (text) => readSource("a.yaml", text)],
    ["strict JSON", (text) => attempt(() => parseStrictJson(Buffer.from(text), "the text"), TokenError)],
  ];
  const units = [
    "a",
    ".",
    "/",
    "@",
    "-",
    "*",
    "%",
    ":",
    "0",
    "a.",
    "a@",
    "/a*",
    "::",
    "%2e",
    "xn--",
    '"',
    "\\",
  ];

  test.each(readers)("%s", async (_, read) => {
    const check = (text: string) => read(text) !== null;
    for (const unit of units) {
      for (const end of ["", "!", "*"]) {
        const make = (length: number) => `/${unit.repeat(length / unit.length)}${end}`;
        expect([unit, end, await growsInProportion({ check }, make)]).toEqual([unit, end, true]);
      }
    }
  });
});
