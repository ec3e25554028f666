import { describe, expect, test } from "bun:test";
import { lintText, objectsFoundBy, wikiWith } from "./support.ts";

const BESIDE = `
identity_providers: [{ id: okta, name: Okta, type: okta }, { id: entra, name: Entra, type: azureAD }]
lists: [{ name: L, type: EMAIL, items: [] }]
groups:
  - { name: Iberia, include: [{ geo: { country_code: PT } }, { geo: { country_code: ES } }] }
  - { name: Abroad, include: [{ everyone: {} }], exclude: [{ group: { id: Iberia } }] }
  - { name: Okta or Entra, include: [{ okta: { name: eng, identity_provider_id: okta } }, { azureAD: { id: eng, identity_provider_id: entra } }] }`;

describe("nobody can match", () => {
  const everyone = "include: [{ everyone: {} }]";
  const rows: readonly (readonly [lists: string, found: boolean])[] = [
    [`${everyone}, require: [{ geo: { country_code: PT } }, { geo: { country_code: US } }]`, true],
    [
      `${everyone}, require: [{ email_domain: { domain: a.com } }, { email_domain: { domain: b.com } }]`,
      true,
    ],
    ["include: [{ email: { email: ann@a.com } }], require: [{ email_domain: { domain: b.com } }]", true],
    ["include: [{ ip: { ip: 10.0.0.0/8 } }], require: [{ ip: { ip: 192.0.2.0/24 } }]", true],
    ["include: [{ ip: { ip: 10.0.0.0/8 } }], require: [{ ip: { ip: 2001:db8::/32 } }]", true],
    ["include: [{ email: { email: ann@a.com } }], exclude: [{ email_domain: { domain: a.com } }]", true],
    ["include: [{ ip: { ip: 10.1.0.0/16 } }], exclude: [{ ip: { ip: 10.0.0.0/8 } }]", true],
    ["include: [{ geo: { country_code: PT } }], exclude: [{ everyone: {} }]", true],
    ["include: [{ group: { id: Iberia } }], require: [{ geo: { country_code: US } }]", true],
    ["include: [{ group: { id: Iberia } }], require: [{ group: { id: Abroad } }]", true],
    ["include: [{ group: { id: Abroad } }], require: [{ geo: { country_code: PT } }]", true],
    ["include: [{ email_list: { id: L } }], exclude: [{ email_list: { id: L } }]", true],
    [
      "include: [{ okta: { name: a, identity_provider_id: okta } }], require: [{ azureAD: { id: b, identity_provider_id: entra } }]",
      true,
    ],
    [`${everyone}, require: [{ service_token: { token_id: T } }, { service_token: { token_id: U } }]`, true],
    ["include: [{ any_valid_service_token: {} }], exclude: [{ any_valid_service_token: {} }]", true],

    [`${everyone}, require: [{ group: { id: Iberia } }]`, false],
    ["include: [{ geo: { country_code: PT } }, { geo: { country_code: US } }]", false],
    ["include: [{ email_list: { id: L } }]", false],
    ["include: [{ email_list: { id: L } }], require: [{ email_domain: { domain: a.com } }]", false],
    ["include: [{ email_domain: { domain: a.com } }], exclude: [{ email: { email: ann@a.com } }]", false],
    ["include: [{ ip: { ip: 10.0.0.0/8 } }], exclude: [{ ip: { ip: 10.1.0.0/16 } }]", false],
    ["include: [{ ip: { ip: 10.0.0.0/8 } }], require: [{ ip: { ip: 10.1.0.0/16 } }]", false],
    ["include: [{ okta: { name: a } }], require: [{ okta: { name: b } }]", false],
    [
      "include: [{ group: { id: Okta or Entra } }], require: [{ azureAD: { id: b, identity_provider_id: entra } }]",
      false,
    ],
    ["include: [{ any_valid_service_token: {} }], exclude: [{ service_token: { token_id: T } }]", false],
  ];
  const TOKENS = "service_tokens: [{ name: T, client_id: t.access }, { name: U, client_id: u.access }]";
  test.each(rows)("%s: %p", (lists, found) => {
    const text = wikiWith([`{ name: P, decision: block, ${lists} }`], `${BESIDE}\n${TOKENS}`);
    expect(objectsFoundBy("nobody-can-match", text)).toEqual(found ? ["P"] : []);
  });

  test("where the application refuses the login method that is asked for", () => {
    const policies = [
      "{ name: P, decision: allow, include: [{ login_method: { id: entra } }] }",
      "{ name: Q, decision: allow, include: [{ login_method: { id: okta } }] }",
      "{ name: B, decision: block, include: [{ login_method: { id: entra } }] }",
    ];
    const text = wikiWith(policies, BESIDE, "allowed_idps: [okta]");
    expect(objectsFoundBy("nobody-can-match", text)).toEqual(["P"]);
  });

  test("of a group as well", () => {
    const text = `
groups:
  - { name: G, include: [{ everyone: {} }], require: [{ geo: { country_code: PT } }, { geo: { country_code: US } }] }`;
    const [finding] = lintText(text);
    expect(finding?.reason).toBe(
      'nobody can match "G": “country is PT” and “country is US” are never so together',
    );
  });
});

describe("a policy is never reached", () => {
  const PT = "{ geo: { country_code: PT } }";
  const ANN = "{ email: { email: ann@example.com } }";
  const STAFF = "{ email_domain: { domain: example.com } }";
  const of = (name: string, decision: string, lists: string) =>
    `{ name: ${name}, decision: ${decision}, ${lists} }`;

  const rows: readonly (readonly [why: string, before: string, after: string, found: boolean])[] = [
    [
      "after a Block for everyone",
      of("A", "block", "include: [{ everyone: {} }]"),
      of("P", "allow", `include: [${ANN}]`),
      true,
    ],
    [
      "after an Allow for everyone",
      of("A", "allow", "include: [{ everyone: {} }]"),
      of("P", "block", `include: [${ANN}]`),
      true,
    ],
    [
      "after a Bypass for everyone",
      of("A", "bypass", "include: [{ everyone: {} }]"),
      of("P", "allow", `include: [${ANN}]`),
      true,
    ],
    [
      "wherever the Bypass stands",
      of("P", "allow", `include: [${ANN}]`),
      of("A", "bypass", "include: [{ everyone: {} }]"),
      true,
    ],
    [
      "after one for the whole domain",
      of("A", "allow", `include: [${STAFF}]`),
      of("P", "allow", `include: [${ANN}]`),
      true,
    ],
    [
      "after one that demands less",
      of("A", "allow", `include: [${STAFF}]`),
      of("P", "allow", `include: [${STAFF}], require: [${PT}]`),
      true,
    ],
    [
      "after one that excludes fewer",
      of("A", "allow", `include: [${STAFF}]`),
      of("P", "allow", `include: [${STAFF}], exclude: [${ANN}]`),
      true,
    ],
    [
      "after a Block of the same people",
      of("A", "block", `include: [${STAFF}]`),
      of("P", "allow", `include: [${ANN}]`),
      true,
    ],
    [
      "after a Bypass of the addresses it requires",
      of("A", "bypass", `include: [${PT}]`),
      of("P", "allow", `include: [${STAFF}], require: [${PT}]`),
      true,
    ],
    [
      "after a Bypass through a group",
      of("A", "bypass", "include: [{ group: { id: Iberia } }]"),
      of("P", "allow", `include: [${STAFF}], require: [${PT}]`),
      true,
    ],

    [
      "before it",
      of("P", "allow", `include: [${ANN}]`),
      of("A", "block", "include: [{ everyone: {} }]"),
      false,
    ],
    [
      "after a Block with an Exclude",
      of("A", "block", `include: [{ everyone: {} }], exclude: [${ANN}]`),
      of("P", "allow", `include: [${ANN}]`),
      false,
    ],
    [
      "after one that demands more",
      of("A", "allow", `include: [${STAFF}], require: [${PT}]`),
      of("P", "allow", `include: [${STAFF}]`),
      false,
    ],
    [
      "after one that excludes more",
      of("A", "allow", `include: [${STAFF}], exclude: [${ANN}]`),
      of("P", "allow", `include: [${STAFF}]`),
      false,
    ],
    [
      "after one of a part of them",
      of("A", "allow", `include: [${ANN}]`),
      of("P", "allow", `include: [${STAFF}]`),
      false,
    ],
    [
      "though an Allow of the same people comes before, for the Block blocks whom the Allow cannot decide about",
      of("A", "allow", `include: [${STAFF}]`),
      of("P", "block", `include: [${STAFF}]`),
      false,
    ],
    [
      "after a Bypass that asks for a person, and so never matches",
      of("A", "bypass", `include: [${STAFF}]`),
      of("P", "allow", `include: [${STAFF}]`),
      false,
    ],
    [
      "after a list that could change",
      of("A", "allow", "include: [{ email_list: { id: L } }]"),
      of("P", "allow", `include: [${ANN}]`),
      false,
    ],
  ];
  test.each(rows)("%s", (_, before, after, found) => {
    const text = wikiWith(
      [before, after],
      BESIDE.replace("items: []", "items: [{ value: ann@example.com }]"),
    );
    expect(objectsFoundBy("policy-never-reached", text)).toEqual(found ? ["P"] : []);
  });

  test("in one application, though it is in another", () => {
    const text = `
applications:
  - { name: wiki, domain: wiki.example.com, policies: [All, Ann] }
  - { name: shop, domain: shop.example.com, policies: [Ann] }
policies:
  - { name: All, decision: block, include: [{ everyone: {} }] }
  - { name: Ann, decision: allow, include: [{ email: { email: ann@example.com } }] }`;
    const reasons = lintText(text).map(({ rule, reason }) => `${rule}: ${reason}`);
    expect(reasons).toEqual([
      'policy-never-reached: "Ann" decides nothing in "wiki": "All" comes before it and matches whoever it matches',
    ]);
  });
});

test("whom a Block excludes is let in by an Allow after it, and by none before it", () => {
  const block =
    "{ name: P, decision: block, include: [{ everyone: {} }], exclude: [{ geo: { country_code: PT } }] }";
  const allow = "{ name: A, decision: allow, include: [{ email_domain: { domain: example.com } }] }";
  const found = (policies: readonly string[]) =>
    objectsFoundBy("block-exclude-lets-nobody-in", wikiWith(policies));
  expect(found([block])).toEqual(["P"]);
  expect(found([allow, block])).toEqual(["P"]);
  expect(found([block, allow])).toEqual([]);
});

test("a group that only an unused group names is unused as well", () => {
  const text = `${wikiWith(["{ name: P, decision: allow, include: [{ group: { id: A } }] }"])}
groups:
  - { name: A, include: [{ group: { id: B } }] }
  - { name: B, include: [{ email: { email: ann@example.com } }] }
  - { name: C, include: [{ group: { id: D } }] }
  - { name: D, include: [{ group: { id: B } }] }`;
  expect(objectsFoundBy("unused-group", text)).toEqual(["C", "D"]);
});

test("an application does not shadow its own paths", () => {
  const text = `
applications:
  - name: all
    self_hosted_domains: ["*.example.com/admin", wiki.example.com]
    policies: [{ name: P, decision: allow, include: [{ email: { email: ann@example.com } }] }]`;
  expect(objectsFoundBy("shadowed-application", text)).toEqual([]);
});

test("posture rules that no policy uses, or that are asked anew each time, are not stale for ever", () => {
  const posture = (id: string) => `{ device_posture: { integration_uid: ${id} } }`;
  const policy = `{ name: P, decision: allow, include: [{ email: { email: a@b.com } }], require: [${["warp", "own", "fw"].map(posture)}] }`;
  const text = wikiWith(
    [policy],
    `
posture_rules:
  - { id: warp, name: warp, type: warp }
  - { id: own, name: own, type: attribute, input: { attribute: own.trust, operator: ">", value: 3 } }
  - { id: fw, name: fw, type: firewall, input: { operating_system: mac, enabled: true } }
  - { id: disk, name: disk, type: disk_encryption, input: { requireAll: true } }`,
  );
  expect(objectsFoundBy("stale-forever", text)).toEqual(["fw"]);
});

test("host bits are told with the range that is meant, in rules and in IP lists", () => {
  const text = `
lists:
  - { name: L, type: IP, items: [{ value: 10.0.0.1/8 }, { value: 10.0.0.1 }, { value: "2001:db8::1/32" }] }
  - { name: S, type: SERIAL, items: [{ value: 10.0.0.1/8 }] }`;
  expect(lintText(text).map(({ reason }) => reason)).toEqual([
    "10.0.0.1/8 means the whole of 10.0.0.0/8, not the one address",
    "2001:db8::1/32 means the whole of 2001:db8::/32, not the one address",
  ]);
});
