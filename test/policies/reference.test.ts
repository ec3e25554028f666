import { describe, expect, test } from "bun:test";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { renderFault } from "../../src/core/place.ts";
import { faultsOf, messagesOf, policySetOf } from "./support.ts";

const UUID = "a5bc3a60-e11f-4aae-a109-c3d7404953ca";

/** A file whose only policy holds the rule, with one object of each kind to refer to. */
function fileWith(rule: string, more = ""): string {
  return `
lists:
  - { id: l1, name: Staff, type: EMAIL, items: [] }
  - { id: l2, name: Offices, type: IP, items: [] }
posture_rules: [ { id: r1, name: On WARP, type: warp } ]
identity_providers: [ { id: ${UUID}, name: Okta, type: okta } ]
service_tokens: [ { id: t1, name: CI, client_id: x.access } ]
groups: [ { id: g1, name: Crew, include: [ { everyone: {} } ] } ]
applications: [ { id: a1, name: Wiki } ]
policies: [ { name: p, decision: allow, include: [ ${rule} ] } ]
${more}`;
}

describe("a name stands in for an id", () => {
  test.each([
    ["{ email_list: { id: Staff } }", { list: "l1" }],
    ["{ ip_list: { id: Offices } }", { list: "l2" }],
    ["{ device_posture: { integration_uid: On WARP } }", { posture: "r1" }],
    ["{ login_method: { id: Okta } }", { idp: UUID }],
    ["{ okta: { name: devs, identity_provider_id: Okta } }", { idp: UUID }],
    ["{ service_token: { token_id: CI } }", { token: "t1" }],
    ["{ group: { id: Crew } }", { group: "g1" }],
    ["{ linked_app_token: { app_uid: Wiki } }", { application: "a1" }],
  ])("%s", (rule, resolved) => {
    expect(policySetOf(fileWith(rule)).policies[0]?.include[0]).toMatchObject(resolved);
  });
});

describe("what is not there is refused, wherever it is named", () => {
  test.each([
    ["{ email_list: { id: x } }", 'email_list.id: there is no list "x"'],
    ["{ ip_list: { id: x } }", 'ip_list.id: there is no list "x"'],
    [
      "{ device_posture: { integration_uid: x } }",
      'device_posture.integration_uid: there is no posture rule "x"',
    ],
    ["{ login_method: { id: x } }", 'login_method.id: there is no identity provider "x"'],
    [
      "{ saml: { attribute_name: a, attribute_value: b, identity_provider_id: x } }",
      'saml.identity_provider_id: there is no identity provider "x"',
    ],
    ["{ service_token: { token_id: x } }", 'service_token.token_id: there is no service token "x"'],
    ["{ group: { id: x } }", 'group.id: there is no group "x"'],
    ["{ linked_app_token: { app_uid: x } }", 'linked_app_token.app_uid: there is no application "x"'],
  ])("%s", (rule, message) => {
    expect(messagesOf(fileWith(rule))).toEqual([
      `policies[0].include[0].${message}; add it, or mend the id or name`,
    ]);
  });

  test("login methods of an application too", () => {
    expect(messagesOf("applications: [ { name: a, allowed_idps: [ Okta ] } ]")).toEqual([
      'applications[0].allowed_idps[0]: there is no identity provider "Okta"; add it, or mend the id or name',
    ]);
  });

  test("a service token that no file maps to a client id, though its id is a UUID", () => {
    expect(messagesOf(fileWith(`{ service_token: { token_id: ${UUID} } }`))).toEqual([
      `policies[0].include[0].service_token.token_id: there is no service token "${UUID}"; add it, or mend the id or name`,
    ]);
  });
});

test("an identity provider may be named by a UUID that no file declares: logins carry it", () => {
  const other = "B1BC3A60-E11F-4AAE-A109-C3D7404953CA";
  const rule = `{ login_method: { id: ${other} } }`;
  expect(policySetOf(fileWith(rule)).policies[0]?.include[0]).toMatchObject({ idp: other.toLowerCase() });
});

describe("a list serves only rules of its type", () => {
  test.each([
    ["{ email_list: { id: Offices } }", 'email_list.id: the list "Offices" is of type IP; it must be EMAIL'],
    ["{ ip_list: { id: Staff } }", 'ip_list.id: the list "Staff" is of type EMAIL; it must be IP'],
  ])("%s", (rule, message) => {
    expect(messagesOf(fileWith(rule))).toEqual([`policies[0].include[0].${message}`]);
  });
});

describe("ids and names that could mean two things", () => {
  test("a name that two objects have is refused where it is used, with both places", () => {
    const text = `groups:
  - { id: g1, name: Crew, include: [ { everyone: {} } ] }
  - { id: g2, name: Crew, include: [ { group: { id: Crew } } ] }
`;
    expect(faultsOf(text)).toEqual([
      'policies.yaml:3:53  groups[1].include[0].group.id: "Crew" could be the group at policies.yaml:2:5 and policies.yaml:3:5; use the id',
    ]);
  });

  test("a name that is the id of another is refused where it is used", () => {
    const text = `groups:
  - { id: Crew, name: Old crew, include: [ { everyone: {} } ] }
  - { id: g2, name: Crew, include: [ { everyone: {} } ] }
  - { id: g3, name: All, include: [ { group: { id: Crew } } ] }
`;
    expect(messagesOf(text)).toEqual([
      'groups[2].include[0].group.id: "Crew" could be the group at policies.yaml:2:5 and policies.yaml:3:5; use the id',
    ]);
  });

  test.each([
    ["applications", "name: a", "application"],
    ["policies", "name: a, decision: allow, include: [ { everyone: {} } ]", "policy"],
    ["groups", "name: a, include: [ { everyone: {} } ]", "group"],
    ["lists", "name: a, type: IP, items: []", "list"],
    ["posture_rules", "name: a, type: warp", "posture rule"],
    ["identity_providers", "id: a, type: okta", "identity provider"],
    ["service_tokens", "name: a, client_id: x", "service token"],
    ["certificates", "name: a", "certificate"],
  ])("two %s with one id are refused", (section, keys, kind) => {
    const messages = messagesOf(`${section}:\n  - { ${keys} }\n  - { ${keys} }\n`);
    expect(messages).toContain(
      `${section}[1]: the ${kind} at policies.yaml:2:5 has the same id "a"; give one another id or name`,
    );
  });
});

describe("groups that hold groups", () => {
  const group = (name: string, ...held: readonly string[]) =>
    `  - { name: ${name}, include: [ { everyone: {} } ], exclude: [ ${held.map((each) => `{ group: { id: ${each} } }`).join(", ")} ] }\n`;

  test("may do so to any depth, and share them", () => {
    expect(messagesOf(`groups:\n${group("a", "b", "c")}${group("b", "c")}${group("c")}`)).toEqual([]);
    expect(messagesOf(`groups:\n${chain(1_000)}`)).toEqual([]);
  });

  const chain = (length: number) =>
    Array.from({ length }, (_, index) => group(`g${index}`, `g${index + 1}`)).join("") + group(`g${length}`);

  test("but no more than a request can be judged by in time", () => {
    const fault = (name: string) =>
      `the group "${name}" holds more than 1000 groups, counting each as often as it is named; name each once, or flatten them`;
    expect(messagesOf(`groups:\n${chain(1_001)}`)).toEqual([fault("g0")]);
    expect(messagesOf(`groups:\n${chain(2_000)}`)).toEqual([fault("g0")]);
    const doubling = Array.from({ length: 60 }, (_, index) =>
      group(`g${index}`, `g${index + 1}`, `g${index + 1}`),
    );
    expect(messagesOf(`groups:\n${doubling.join("")}${group("g60")}`)).toContain(fault("g51"));
  });

  test("never themselves: the fault names the way round", () => {
    expect(faultsOf(`groups:\n${group("a", "b")}${group("b", "c")}${group("c", "a")}`)).toEqual([
      "policies.yaml:4:58  a group cannot hold itself: a → b → c → a; remove one of these rules",
    ]);
    expect(messagesOf(`groups:\n${group("a", "a")}`)).toEqual([
      "a group cannot hold itself: a → a; remove one of these rules",
    ]);
  });

  test("one fault for each cycle", () => {
    const text = `groups:\n${group("a", "b")}${group("b", "a")}${group("c", "d")}${group("d", "c", "a")}`;
    expect(messagesOf(text)).toHaveLength(2);
  });
});

describe("across files", () => {
  const group = { file: "groups.yaml", text: "groups: [ { name: Crew, include: [ { everyone: {} } ] } ]" };
  const policy = {
    file: "policies.yaml",
    text: "policies: [ { name: p, decision: allow, include: [ { group: { id: Crew } } ] } ]",
  };

  test("an object in one file is found from another, in any order", () => {
    expect(readPolicies([policy, group]).faults).toEqual([]);
    expect(readPolicies([group, policy]).faults).toEqual([]);
  });

  test("what may stand in a file that cannot be read is no second fault", () => {
    const broken = { ...group, text: "groups: [ {" };
    const { faults } = readPolicies([broken, policy]);
    expect(faults.map(({ place }) => place.file)).toEqual(faults.map(() => "groups.yaml"));
    expect(faults).not.toEqual([]);
  });

  test("an object that has a fault of its own is still found", () => {
    const faulty = {
      ...group,
      text: "groups: [ { name: Crew, include: [ { everyone: {} } ], colour: red } ]",
    };
    expect(readPolicies([faulty, policy]).faults.map(renderFault)).toEqual([
      'groups.yaml:1:56  groups[0]: unknown key "colour" (allowed: acknowledge, created_at, exclude, id, include, is_default, name, require, uid, updated_at)',
    ]);
  });
});
