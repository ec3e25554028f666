import { expect, test } from "bun:test";
import fc from "fast-check";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { renderFault } from "../../src/core/place.ts";
import { faultsOf } from "./support.ts";

test("a file with ten faults shows ten, each with its place, in the order of the file", () => {
  const text = `applications:
  - name: wiki
    domain: wiki.example.com:8443
    colour: red
    allowed_idps: [ Okta ]
    policies:
      - name: staff
        decision: alow
        isolation_required: true
        include:
          - email: { email: jo }
          - group: { id: nobody }
          - emial: { email: jo@example.com }
        require: [ { geo: { country_code: XX } } ]
lists:
  - { name: serials, type: SERIAL }
`;
  expect(faultsOf(text)).toEqual([
    "policies.yaml:3:13  applications[0].domain: a port plays no part; remove it: every port of the host is meant",
    expect.stringMatching(/^policies.yaml:4:5 {2}applications\[0\]: unknown key "colour"/),
    'policies.yaml:5:21  applications[0].allowed_idps[0]: there is no identity provider "Okta"; add it, or mend the id or name',
    'policies.yaml:8:19  applications[0].policies[0].decision: expected one of "allow", "deny", "bypass", "non_identity", "block", "service_auth", found "alow"; did you mean "allow"?',
    "policies.yaml:9:29  applications[0].policies[0].isolation_required: browser isolation is not available here; set it to false",
    "policies.yaml:11:29  applications[0].policies[0].include[0].email.email: expected an e-mail address such as jo@example.com",
    'policies.yaml:12:26  applications[0].policies[0].include[1].group.id: there is no group "nobody"; add it, or mend the id or name',
    expect.stringMatching(
      /^policies.yaml:13:13 {2}applications\[0\]\.policies\[0\]\.include\[2\]: unknown key "emial"; did you mean "email"\?/,
    ),
    "policies.yaml:14:43  applications[0].policies[0].require[0].geo.country_code: XX stands for no country; nobody could match",
    "policies.yaml:16:5  lists[0]: the list comes with no items; export it with all of them, or write items: []",
  ]);
});

test("faults of several files come file by file", () => {
  const { policySet, faults } = readPolicies([
    { file: "b.yaml", text: "groups: 3" },
    { file: "a.yaml", text: "polices: []\nlists: [ 3 ]" },
    { file: "c.yaml", text: "" },
  ]);
  expect(policySet).toBeNull();
  expect(faults.map(renderFault)).toEqual([
    'a.yaml:1:1  unknown key "polices"; did you mean "policies"?',
    "b.yaml:1:9  groups: expected a list, found the number 3",
    "c.yaml:1:1  expected a mapping (key: value), found nothing",
  ]);
});

test("one fault anywhere leaves no policy set", () => {
  const good = { file: "a.yaml", text: "groups: [ { name: g, include: [ { everyone: {} } ] } ]" };
  expect(readPolicies([good]).policySet).not.toBeNull();
  expect(readPolicies([good, { file: "b.yaml", text: "policies: [ {} ]" }]).policySet).toBeNull();
});

test("every section may be missing, empty or null", () => {
  expect(faultsOf("applications: []\npolicies: null\ngroups:\n")).toEqual([]);
});

test("whatever a file holds, reading it ends in a policy set or in faults", () => {
  const key = fc.constantFrom(
    "applications",
    "policies",
    "groups",
    "lists",
    "posture_rules",
    "service_tokens",
  );
  const part = fc.constantFrom(
    "name",
    "id",
    "include",
    "decision",
    "everyone",
    "policies",
    "type",
    "input",
    "items",
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.string(), fc.integer(), fc.constant(null), tie("list"), tie("object")),
    list: fc.array(tie("any"), { maxLength: 3 }),
    object: fc.dictionary(part, tie("any"), { maxKeys: 4 }),
  })).any;
  fc.assert(
    fc.property(fc.dictionary(key, fc.oneof(fc.array(value, { maxLength: 3 }), value)), (content) => {
      const { policySet, faults } = readPolicies([{ file: "a.json", text: JSON.stringify(content) }]);
      expect(policySet === null).toBe(faults.length > 0);
    }),
    { numRuns: 300 },
  );
});
