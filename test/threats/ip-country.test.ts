import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseRange } from "../../src/core/ip-address.ts";
import { compileIpSet } from "../../src/core/ip-set.ts";
import { createFindClient } from "../../src/server/proxy/client-address.ts";
import { policySetOf } from "../policies/support.ts";
import { personNamed, signQuestion } from "../support/played-access.ts";
import { TestService } from "../support/test-service.ts";
import { NOW } from "../token/access-team.ts";
import { allowing, askPolicy, excluding, identityOf } from "./ask.ts";

describe("a country", () => {
  const fromNorway = allowing("{ geo: { country_code: NO } }");

  test("NO is Norway, and no boolean, in YAML 1.2 as in a file that asks for YAML 1.1", () => {
    expect(askPolicy(fromNorway, identityOf({ geo: { country: "NO" } }))).toBe("permit");
    const text = `applications: [ { name: wiki, policies: [ ${fromNorway} ] } ]`;
    for (const header of ["", "%YAML 1.1\n---\n"]) {
      const [application] = policySetOf(header + text).applications;
      expect(application?.policies[0]?.include[0]).toMatchObject({ selector: "geo", country: "NO" });
    }
  });

  test.each(["XX", "T1", "xx", "", "NOR", false, null, [["NO"]], { code: "NO" }])(
    "%p is none: it is not known, and so neither lets in nor escapes",
    (country) => {
      const identity = identityOf({ geo: { country } });
      expect(askPolicy(fromNorway, identity)).toBe("undecided");
      expect(askPolicy(excluding("{ geo: { country_code: RU } }"), identity)).toBe("undecided");
    },
  );
});

describe("an address", () => {
  const inside = allowing("{ ip: { ip: 127.0.0.0/8 } }");

  test.each([
    ["CVE-2021-28918: octal", "0177.0.0.1"],
    ["CVE-2023-42282: hexadecimal", "0x7f.0.0.1"],
    ["CVE-2024-29415: short", "127.1"],
    ["CVE-2024-29415: octal with zeros", "0127.0.0.1"],
    ["a number", "2130706433"],
    ["with a port", "127.0.0.1:80"],
    ["with a zone", "fe80::1%eth0"],
    ["of two hops", "127.0.0.1, 203.0.113.7"],
    ["a list", ["127.0.0.1"]],
  ])("%s is not known: it neither lets in nor escapes", (_, ip) => {
    expect(askPolicy(inside, identityOf({ ip }))).toBe("undecided");
    expect(askPolicy(excluding("{ ip: { ip: 127.0.0.0/8 } }"), identityOf({ ip }))).toBe("undecided");
  });

  test("GHSA-7jmw-8259-q9jx: a mapped address does not escape a range of IPv4", () => {
    const identity = identityOf({ ip: "::ffff:127.0.0.1" });
    expect(askPolicy(excluding("{ ip: { ip: 127.0.0.0/8 } }"), identity)).toBe("no_policy_matched");
    expect(askPolicy(inside, identity)).toBe("permit");
  });
});

describe("X-Forwarded-For: the client is the first hop from the right that is not trusted", () => {
  const trusted = compileIpSet([parseRange("10.0.0.0/8")].filter((range) => range !== null));
  const clientOf = (chain: string | undefined) => {
    const fact = createFindClient(trusted)(chain, NOW);
    return fact.state === "known" ? fact.value.text : fact.state;
  };

  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["127.0.0.1, 203.0.113.7, 10.0.0.1", "203.0.113.7"],
    ["10.9.9.9, 203.0.113.7, 10.0.0.1, 10.0.0.2", "203.0.113.7"],
    ["::ffff:203.0.113.7, ::ffff:10.0.0.1", "203.0.113.7"],
  ])("%p is %s", (chain, client) => expect(clientOf(chain)).toBe(client));

  test.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["an empty hop", "203.0.113.7,,10.0.0.1"],
    ["an unknown hop", "unknown, 203.0.113.7"],
    ["an obfuscated hop", "_obf, 203.0.113.7"],
    ["a quoted hop", '"203.0.113.7"'],
    ["a port", "203.0.113.7:443"],
    ["brackets", "[2001:db8::1]"],
    ["a hop in octal, far to the left", "0177.0.0.1, 203.0.113.7"],
    ["33 hops", Array(33).fill("203.0.113.7").join(",")],
  ])("with %s nobody knows who it was", (_, chain) => expect(clientOf(chain)).toBe("unknown"));
});

describe("Fiber CVE-2023-41338, CVE-2026-45045: what headers say of the caller", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await TestService.start(`
applications:
  - name: office
    domain: office.example.com
    policies: [ { name: Office, decision: bypass, include: [ { ip: { ip: 127.0.0.0/8 } }, { geo: { country_code: PT } } ] } ]`);
  });
  afterAll(() => service.stop());

  const askWith = async (headers: Readonly<Record<string, string>>, identity: object) => {
    const token = await signQuestion({ claims: { identity } });
    const response = await fetch(`${service.urlOf("public")}/evaluate/office`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ token }),
    });
    const { status, headers: answered } = response;
    return service.success({ status, headers: answered, text: await response.text() });
  };

  test.each([
    ["X-Forwarded-For", "127.0.0.1"],
    ["X-Real-IP", "127.0.0.1"],
    ["Forwarded", "for=127.0.0.1"],
    ["CF-Connecting-IP", "127.0.0.1"],
    ["True-Client-IP", "127.0.0.1"],
    ["CF-IPCountry", "PT"],
  ])("does not count at /evaluate, nor does the socket's own address: %s", async (name, value) => {
    expect(
      await askWith({ [name]: value }, personNamed("ada", { ip: "203.0.113.7", geo: { country: "FR" } })),
    ).toBe(false);
    expect(await askWith({ [name]: value }, personNamed("ada", { ip: "", geo: {} }))).toBe(false);
  });

  test("the control: what Access says does", async () => {
    expect(await askWith({}, personNamed("ada", { ip: "127.0.0.1" }))).toBe(true);
  });
});
