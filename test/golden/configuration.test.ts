import { describe, expect, test } from "bun:test";
import { faultsOf, messagesOf, policySetOf } from "../policies/support.ts";

/** An application of one policy. */
function policyOf(keys: string): string {
  return `applications: [{ name: wiki, domain: wiki.example.com, policies: [{ name: p, ${keys} }] }]`;
}

describe("all Access policies must contain an Include rule", () => {
  const REQUIRE = "require: [{ geo: { country_code: PT } }]";
  const NOBODY = "nobody is included, so that it could never match; say who is, or everyone: {}";

  test.each(["allow", "block", "bypass", "service_auth"])("of a policy with the action %s", (decision) => {
    expect(messagesOf(policyOf(`decision: ${decision}, ${REQUIRE}`))).toEqual([
      `applications[0].policies[0]: ${NOBODY}`,
    ]);
  });

  test("an access group should have at least one, too", () => {
    expect(messagesOf(`groups: [{ name: g, ${REQUIRE} }]`)).toEqual([`groups[0]: ${NOBODY}`]);
  });

  test("so the pitfall of values that are joined by AND, as it was written, is refused", () => {
    const pitfall = `decision: allow, require: [
      { email_domain: { domain: cloudflare.com } }, { email_domain: { domain: contractors.com } },
      { geo: { country_code: US } }, { geo: { country_code: PT } } ]`;
    expect(messagesOf(policyOf(pitfall))).toEqual([`applications[0].policies[0]: ${NOBODY}`]);
  });

  test("an Exclude alone includes nobody", () => {
    const exclude = "exclude: [{ email: { email: mallory@example.com } }]";
    expect(messagesOf(policyOf(`decision: block, ${exclude}`))).toHaveLength(1);
  });
});

test("you can set only one action per policy", () => {
  const rules = "include: [{ everyone: {} }]";
  expect(faultsOf(policyOf(`decision: [allow, deny], ${rules}`))).toHaveLength(1);
  expect(faultsOf(policyOf(`decision: allow, decision: deny, ${rules}`))).not.toEqual([]);
  expect(faultsOf(policyOf(rules))).toHaveLength(1);
});

test("Access does not support port numbers in the URL of an application", () => {
  expect(messagesOf("applications: [{ name: wiki, domain: 'wiki.example.com:8443/eng' }]")).toEqual([
    "applications[0].domain: a port plays no part; remove it: every port of the host is meant",
  ]);
});

describe("applications that overlap", () => {
  const applications = (...domains: readonly string[]) =>
    `applications: [${domains.map((domain, at) => `{ name: a${at}, domain: "${domain}" }`).join(", ")}]`;

  test.each([
    ["at the same host and path", "wiki.example.com/admin", "wiki.example.com/admin/"],
    ["at the same host", "wiki.example.com", "WIKI.example.com/*"],
    ["under wildcards of one kind", "a-*.example.com", "*-b.example.com"],
    ["at paths of one length", "wiki.example.com/a*/x", "wiki.example.com/*a/x"],
  ])("and are equally specific are a configuration error: %s", (_, first, second) => {
    expect(messagesOf(applications(first, second))).toHaveLength(1);
  });

  test.each([
    ["/admin and /admin/specific", "wiki.example.com/admin", "wiki.example.com/admin/specific"],
    ["an apex domain and its wildcard", "example.com", "*.example.com"],
    ["a subdomain and a wildcard", "wiki.example.com", "*.example.com"],
    ["a partial wildcard and a whole one", "wiki-*.example.com", "*.example.com"],
  ])("and are not equally specific are fine: %s", (_, first, second) => {
    expect(messagesOf(applications(first, second))).toEqual([]);
  });
});

test("a group that holds itself, through others too, is a configuration error", () => {
  const group = (name: string, held: string) => `{ name: ${name}, include: [{ group: { id: ${held} } }] }`;
  expect(messagesOf(`groups: [${group("a", "a")}]`)).toHaveLength(1);
  expect(messagesOf(`groups: [${group("a", "b")}, ${group("b", "c")}, ${group("c", "a")}]`)).toHaveLength(1);
});

test("a rule for a service token that no client id is known of is a configuration error", () => {
  const rule = "decision: service_auth, include: [{ service_token: { token_id: 97e2aae1 } }]";
  expect(messagesOf(policyOf(rule))).toEqual([
    expect.stringContaining('there is no service token "97e2aae1"'),
  ]);
  const token = "service_tokens: [{ id: 97e2aae1, name: CI, client_id: 0123.access }]";
  expect(messagesOf(`${policyOf(rule)}\n${token}`)).toEqual([]);
});

test("two service tokens never share a client id, nor two applications an audience", () => {
  expect(
    messagesOf("service_tokens: [{ name: a, client_id: 0123.access }, { name: b, client_id: 0123.access }]"),
  ).toHaveLength(1);
  expect(messagesOf("applications: [{ name: a, aud: 97e2aae1 }, { name: b, aud: 97e2aae1 }]")).toHaveLength(
    1,
  );
});

test("an IP range with host bits is taken, not refused", () => {
  const set = policySetOf(policyOf("decision: allow, include: [{ ip: { ip: 192.168.100.1/24 } }]"));
  expect(set.applications[0]?.policies[0]?.include).toMatchObject([
    { selector: "ip", range: "192.168.100.1/24" },
  ]);
});

test("a Bypass for Everyone is legitimate, and its finding can be acknowledged with a reason", () => {
  const bypass = "decision: bypass, include: [{ everyone: {} }]";
  expect(messagesOf(policyOf(bypass))).toEqual([]);
  const acknowledged = policyOf(`${bypass}, acknowledge: { anyone-can-enter: "public status page" }`);
  expect(policySetOf(acknowledged).applications[0]?.policies[0]?.acknowledge).toEqual(
    new Map([["anyone-can-enter", "public status page"]]),
  );
});

test("an unknown selector is refused by its name, never ignored", () => {
  const rule = "decision: allow, include: [{ everyone: {} }], require: [{ moon_phase: { phase: full } }]";
  expect(messagesOf(policyOf(rule)).join()).toContain("moon_phase");
});
