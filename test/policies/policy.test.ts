import { describe, expect, test } from "bun:test";
import { faultsOf, messagesOf, policySetOf, withoutPlaces } from "./support.ts";

const EVERYONE = { selector: "everyone" };

describe("a policy", () => {
  test("is read with its rules, its duration and what lint is to accept", () => {
    const { policies } = policySetOf(`
policies:
  - id: 5ae1
    name: Public status page
    decision: bypass
    session_duration: 2h45m
    include: [ { everyone: {} } ]
    require: [ { geo: { country_code: PT } } ]
    exclude: [ { email: { email: mallory@example.com } } ]
    acknowledge: { anyone-can-enter: public status page }
`);
    expect(withoutPlaces(policies)).toEqual([
      {
        id: "5ae1",
        name: "Public status page",
        effect: "bypass",
        include: [EVERYONE],
        require: [{ selector: "geo", country: "PT" }],
        exclude: [{ selector: "email", email: "mallory@example.com" }],
        sessionDurationMs: 9_900_000,
        acknowledge: new Map([["anyone-can-enter", "public status page"]]),
      },
    ]);
  });

  test("keeps the place of itself and of each rule", () => {
    const [policy] = policySetOf(`policies:
  - name: p
    decision: allow
    include:
      - everyone: {}
`).policies;
    expect(policy?.place).toEqual({ file: "policies.yaml", line: 2, column: 5 });
    expect(policy?.include[0]?.place).toEqual({ file: "policies.yaml", line: 5, column: 9 });
  });

  test.each([
    ["allow", "allow"],
    ["deny", "deny"],
    ["block", "deny"],
    ["bypass", "bypass"],
    ["non_identity", "non_identity"],
    ["service_auth", "non_identity"],
  ])("with decision %s has effect %s", (decision, effect) => {
    const text = `policies: [ { name: p, decision: ${decision}, include: [ { everyone: {} } ] } ]`;
    expect<unknown>(policySetOf(text).policies[0]?.effect).toBe(effect);
  });

  test("without an id gets one from its name", () => {
    const text = "policies: [ { name: Équipe A/B – 2, decision: allow, include: [ { everyone: {} } ] } ]";
    expect(policySetOf(text).policies[0]?.id).toBe("équipe-a-b-2");
  });

  test.each(["0s", "0"])("can have sessions of no duration: %s", (duration) => {
    const text = `policies: [ { name: p, decision: allow, session_duration: "${duration}", include: [ { everyone: {} } ] } ]`;
    expect(policySetOf(text).policies[0]?.sessionDurationMs).toBe(0);
  });

  test.each(["policies", "groups"])("needs somebody included, in %s too", (section) => {
    const decision = section === "policies" ? "decision: allow, " : "";
    const fault = "policies.yaml:1:";
    for (const include of ["", ", include: []", ", include: null"]) {
      const faults = faultsOf(
        `${section}: [ { ${decision}name: p, require: [ { geo: { country_code: PT } } ]${include} } ]`,
      );
      expect(faults).toEqual([
        `${fault}${section.length + 5}  ${section}[0]: nobody is included, so that it could never match; say who is, or everyone: {}`,
      ]);
    }
  });

  test.each([
    [
      "decision: alow",
      'decision: expected one of "allow", "deny", "bypass", "non_identity", "block", "service_auth", found "alow"; did you mean "allow"?',
    ],
    [
      "decision: allow, session_duration: 3 weeks",
      'session_duration: expected a duration such as "24h", "2h45m" or "0s"',
    ],
    [
      "decision: allow, session_duration: -1h",
      'session_duration: expected a duration such as "24h", "2h45m" or "0s"',
    ],
    [
      "decision: allow, acknowledge: { unused-group: '' }",
      "acknowledge.unused-group: expected the reason, as text",
    ],
  ])("with { %s } is refused", (keys, message) => {
    expect(messagesOf(`policies: [ { name: p, ${keys}, include: [ { everyone: {} } ] } ]`)).toEqual([
      `policies[0].${message}`,
    ]);
  });
});

describe("the policies of an application", () => {
  const policy = (name: string, more = "") =>
    `{ name: ${name}, decision: allow, include: [ { everyone: {} } ]${more} }`;
  const namesIn = (text: string) => policySetOf(text).applications[0]?.policies.map(({ name }) => name);
  const wiki = (...policies: readonly string[]) => `
applications: [ { name: wiki, domain: wiki.example.com, policies: [ ${policies.join(", ")} ] } ]
policies: [ ${policy("shared", ", id: 9ece5fab, precedence: 0, reusable: true, app_count: 2")} ]
`;

  test("are in order of position where none has a precedence", () => {
    expect(namesIn(wiki(policy("b"), policy("a"), "shared"))).toEqual(["b", "a", "shared"]);
  });

  test("are in order of precedence where all have one", () => {
    const text = wiki(
      policy("b", ", precedence: 10"),
      policy("a", ", precedence: 2"),
      "{ id: shared, precedence: 5 }",
    );
    expect(namesIn(text)).toEqual(["a", "shared", "b"]);
  });

  test("can be named by id, by name, or by a link", () => {
    expect(namesIn(wiki("9ece5fab"))).toEqual(["shared"]);
    expect(namesIn(wiki("shared"))).toEqual(["shared"]);
    expect(namesIn(wiki("{ id: 9ece5fab }"))).toEqual(["shared"]);
  });

  test("get ids of their own application", () => {
    const { applications } = policySetOf(wiki(policy("Team A")));
    expect(applications[0]?.policies[0]?.id).toBe("wiki/team-a");
  });

  test("may repeat a reusable policy word for word, as exports do", () => {
    const copy = policy("shared", ", id: 9ece5fab, reusable: true, precedence: 1");
    const { applications, policies } = policySetOf(wiki(copy));
    expect<unknown>(applications[0]?.policies[0]).toBe(policies[0]);
  });

  test.each([
    [
      "one without a precedence among others",
      [policy("a", ", precedence: 1"), policy("b")],
      "policies[1]: the precedence is missing; give one to every policy of the application, or to none",
    ],
    [
      "the same precedence twice",
      [policy("a", ", precedence: 1"), policy("b", ", precedence: 1")],
      "policies[1].precedence: the policy at policies.yaml:2:69 has the same precedence; make them differ",
    ],
    [
      "a precedence of zero",
      [policy("a", ", precedence: 0")],
      "policies[0].precedence: precedence starts at 1",
    ],
    [
      "a precedence below zero",
      [policy("a", ", precedence: -1")],
      "policies[0].precedence: expected at least 0",
    ],
    [
      "a policy that is not there",
      ["nowhere"],
      'policies[0]: there is no policy "nowhere"; add it, or mend the id or name',
    ],
    [
      "a copy of a reusable policy that says something else",
      [policy("shared", ", id: 9ece5fab, session_duration: 1h")],
      'policies[0]: the policy at policies.yaml:3:13 has the same id "9ece5fab" and other content; give one another id or name',
    ],
    [
      "two policies of one name",
      [policy("a"), policy("a", ", session_duration: 1h")],
      'policies[1]: the policy at policies.yaml:2:69 has the same id "wiki/a" and other content; give one another id or name',
    ],
    ["a number", ["3"], "policies[0]: expected a mapping (key: value), found the number 3"],
  ])("are refused with %s", (_, policies, message) => {
    expect(messagesOf(wiki(...policies))).toEqual([`applications[0].${message}`]);
  });
});
