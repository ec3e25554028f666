import { describe, expect, test } from "bun:test";
import { messagesOf, policySetOf, withoutPlaces } from "./support.ts";

describe("a list", () => {
  test("is read with its values in the form in which rules compare them", () => {
    const { lists } = policySetOf(`
lists:
  - { id: l1, name: Staff, type: EMAIL, count: 1, items: [ { value: Jo@Example.com, description: "", created_at: x } ] }
  - { id: l2, name: Offices, type: IP, items: [ { value: 192.0.2.1/24 }, { value: "2001:db8::1" } ] }
  - { id: l3, name: Laptops, type: SERIAL, description: ours, items: [ { value: jdR44P3d } ], acknowledge: { a: b } }
  - { id: l4, name: Nobody, type: EMAIL, items: [] }
`);
    const acknowledge = new Map();
    expect(withoutPlaces(lists)).toEqual([
      { id: "l1", name: "Staff", type: "EMAIL", values: ["jo@example.com"], acknowledge },
      { id: "l2", name: "Offices", type: "IP", values: ["192.0.2.1/24", "2001:db8::1"], acknowledge },
      { id: "l3", name: "Laptops", type: "SERIAL", values: ["jdR44P3d"], acknowledge: new Map([["a", "b"]]) },
      { id: "l4", name: "Nobody", type: "EMAIL", values: [], acknowledge },
    ]);
  });

  const MEND = "export it with all of them, or write items: []";
  test.each([
    ["count: 12", `: the list comes with no items; ${MEND}`],
    ["count: 2, items: [ { value: a@example.com } ]", `: the list comes with 1 of 2 items; ${MEND}`],
    ["items: [ { value: jo } ]", ".items[0].value: expected an e-mail address such as jo@example.com"],
    ["items: [ jo@example.com ]", ".items[0]: expected a mapping (key: value), found text"],
  ])("that is not whole is refused, as an Exclude would let in whom it lacks: %s", (keys, message) => {
    expect(messagesOf(`lists: [ { name: l, type: EMAIL, ${keys} } ]`)).toEqual([`lists[0]${message}`]);
  });

  test("of a type that rules cannot use may be there", () => {
    expect(messagesOf("lists: [ { name: l, type: URL, items: [ { value: https://a.example } ] } ]")).toEqual(
      [],
    );
  });
});

describe("an identity provider", () => {
  test("is read with its id; the one-time PIN is called by its type", () => {
    const { identityProviders } = policySetOf(`
identity_providers:
  - { id: a1, name: Okta, type: okta, config: { client_id: x }, scim_config: { enabled: true } }
  - { id: b2, name: "", type: onetimepin, config: {} }
`);
    expect(withoutPlaces(identityProviders)).toEqual([
      { id: "a1", name: "Okta", type: "okta" },
      { id: "b2", name: "onetimepin", type: "onetimepin" },
    ]);
  });

  test("needs its id: no login would carry one that was made up", () => {
    expect(messagesOf("identity_providers: [ { name: Okta, type: okta } ]")).toEqual([
      'identity_providers[0]: the key "id" is missing',
    ]);
  });
});

describe("a service token", () => {
  test("maps its id to the client id that requests carry", () => {
    const { serviceTokens } = policySetOf(`
service_tokens:
  - { id: 3537a672, name: CI, client_id: 88bf3b6d.access, duration: 8760h, expires_at: 2027-01-01T00:00:00Z, enabled: true }
`);
    expect(withoutPlaces(serviceTokens)).toEqual([
      { id: "3537a672", name: "CI", clientId: "88bf3b6d.access" },
    ]);
  });

  test("with the client id of another is refused", () => {
    const text =
      "service_tokens:\n  - { name: a, client_id: x.access }\n  - { name: b, client_id: x.access }\n";
    expect(messagesOf(text)).toEqual([
      'the service token "a" at policies.yaml:2:5 has the same client_id; each needs its own',
    ]);
  });

  test("never holds its secret, and the secret is not shown", () => {
    const [message] = messagesOf(
      "service_tokens: [ { name: a, client_id: x.access, client_secret: hunter2 } ]",
    );
    expect(message).toStartWith('service_tokens[0]: unknown key "client_secret"');
    expect(message).not.toContain("hunter2");
  });
});

test("a certificate is read, with or without its PEM, which exports leave out", () => {
  const { certificates } = policySetOf(`
certificates:
  - { id: c1, name: Laptops, certificate: PEM, associated_hostnames: [ wiki.example.com ], fingerprint: x, expires_on: y }
  - { id: c2, name: Phones }
`);
  expect(withoutPlaces(certificates)).toEqual([
    { id: "c1", name: "Laptops", certificate: "PEM", associatedHostnames: ["wiki.example.com"] },
    { id: "c2", name: "Phones", certificate: null, associatedHostnames: [] },
  ]);
});
