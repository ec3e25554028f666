import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { canonicalJson } from "../../src/config/policies/canonical.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { known, unknown } from "../../src/core/fact.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { createFlights } from "../../src/pip/flights.ts";
import { claimAnswer } from "../../src/server/public/replay.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { Topics } from "../../src/store/topics.ts";
import { policySetOf } from "../policies/support.ts";
import { said } from "../support/records.ts";
import { NOW } from "../token/access-team.ts";
import { allowing, askPolicies, askPolicy, excluding, identityOf } from "./ask.ts";

describe("a key stands for one thing", () => {
  const text = fc.oneof(
    fc.constantFrom("a", "b", "1", ",", '"', "[", "]", "a,b", '","', "é", "e\u0301"),
    fc.string(),
  );
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      text,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(text, tie("value"), { maxKeys: 3 }),
    ),
  })).value;

  test('OpenFGA CVE-2026-34972, CVE-2026-33729: a list is not its members, 1 is not "1", NFC is not NFD', () => {
    const nothingLeftOut = (parts: unknown) => !/"(?:place|acknowledge)"/.test(JSON.stringify(parts));
    fc.assert(
      fc.property(value.filter(nothingLeftOut), value.filter(nothingLeftOut), (a, b) => {
        expect(canonicalJson({ a }) === canonicalJson({ a: b })).toBe(Bun.deepEquals(a, b));
      }),
      { numRuns: 5_000 },
    );
    const twins: readonly (readonly [unknown, unknown])[] = [
      [["a,b"], ["a", "b"]],
      [
        ["a", ["b"]],
        [["a"], "b"],
      ],
      ["1", 1],
      ["é", "e\u0301"],
      [
        { a: 1, b: 2 },
        [
          ["a", 1],
          ["b", 2],
        ],
      ],
      [null, "null"],
      [[], {}],
    ];
    for (const [a, b] of twins) expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });

  test("Fiber CVE-2026-30246: every part of a call is part of its key", async () => {
    const store = new MemoryStore(() => NOW, new Topics(() => {}));
    const call = { application: "a", kid: "k", nonce: "n", claimsHash: "h", expiresAt: NOW + 60_000 };
    const answer = { claimsHash: "h", id: "1", success: true, answeredAt: NOW, basis: "r" };
    expect(await claimAnswer(store, call, answer)).toMatchObject({ repeated: false });
    expect(await claimAnswer(store, call, { ...answer, id: "2" })).toMatchObject({ repeated: true });
    for (const other of [{ application: "b" }, { kid: "l" }, { nonce: "m" }]) {
      expect(await claimAnswer(store, { ...call, ...other }, answer)).toMatchObject({ repeated: false });
    }
    expect(await claimAnswer(store, { ...call, claimsHash: "i" }, answer)).toBe("nonce_reused");
    // A delimiter inside one part does not reach into the next.
    const shifted = { ...call, application: "a\u0000k", kid: "n" };
    expect(await claimAnswer(store, shifted, answer)).toMatchObject({ repeated: false });
  });

  test("SpiceDB CVE-2026-46668: a list inside one group is not the list of that name inside another", () => {
    const file = (rule: string) => `
applications: [ { name: wiki, domain: wiki.company.com, policies: [ ${allowing(rule)} ] } ]
lists:
  - { id: one, name: first, type: EMAIL, items: [ { value: ada@company.com } ] }
  - { id: two, name: second, type: EMAIL, items: [ { value: bob@company.com } ] }
groups:
  - { name: a, include: [ { email_list: { id: one } } ] }
  - { name: b, include: [ { email_list: { id: two } } ] }
  - { name: c, include: [ { group: { id: a } } ], require: [ { group: { id: b } } ] }`;
    expect(askPolicies(file("{ group: { id: a } }"), identityOf())).toBe("permit");
    expect(askPolicies(file("{ group: { id: b } }"), identityOf())).toBe("no_policy_matched");
    expect(askPolicies(file("{ group: { id: c } }"), identityOf())).toBe("no_policy_matched");
  });

  test("Traefik CVE-2026-71326: nobody gets what is being found out for somebody else at the same moment", async () => {
    const flights = createFlights(() => {});
    const names = ["ada", "bob", "ada\u0000bob", '["ada"]', "Ada"];
    const asked = Array.from({ length: 100 }, async (_, index) => {
      const name = names[index % names.length] ?? "";
      const { landed } = flights.join(JSON.stringify([name]), ["identity.login_method"], async () => {
        await Bun.sleep(1);
        return { facts: { "identity.login_method": known(name, said("directory")) }, entries: [] };
      });
      const fact = (await landed).facts["identity.login_method"];
      return fact?.state === "known" && fact.value === name;
    });
    expect(await Promise.all(asked)).toEqual(asked.map(() => true));
  });
});

describe("a part is not taken for the whole", () => {
  const rule = "{ okta: { name: contractors } }";
  const { policies } = createPolicyDirectory(
    policySetOf(`applications: [ { name: wiki, policies: [ ${excluding(rule)} ] } ]`),
  );
  const [application] = policies.applications.values();
  const decide = (groups: Parameters<typeof evaluate>[1]["identity.groups"]) => {
    if (application === undefined || groups === undefined) throw new Error("there is nothing to decide");
    const facts = {
      "identity.subject": known("u", said("test")),
      "identity.login_method_type": known("okta", said("test")),
      "identity.groups": groups,
    };
    return evaluate(application, facts, NOW + 1e12).reason;
  };
  const groupsOf = (...names: readonly string[]) => ({
    ids: new Set<string>(),
    names: new Set(names),
    emails: new Set<string>(),
  });

  test("SpiceDB CVE-2023-35930, CVE-2024-32001, CVE-2025-65111: a page of the groups does not prove absence", () => {
    expect(decide(known(groupsOf("staff"), said("test"), true))).toBe("policy_allowed");
    expect(decide(known(groupsOf("staff"), said("test"), false))).toBe("undecided");
    expect(decide(known(groupsOf("contractors"), said("test"), false))).toBe("no_policy_matched");
  });

  test("SpiceDB CVE-2026-55866: what holds under a condition that is not known does not hold", () => {
    const conditional = `{ name: p, decision: allow, include: [ { everyone: {} } ], require: [ ${rule} ] }`;
    expect(askPolicy(conditional, identityOf())).toBe("undecided");
    const nested =
      "groups: [ { name: g, include: [ { everyone: {} } ], require: [ { okta: { name: x } } ] } ]";
    expect(askPolicy(allowing("{ group: { id: g } }"), identityOf(), nested)).toBe("undecided");
    expect(askPolicy(excluding("{ group: { id: g } }"), identityOf(), nested)).toBe("undecided");
    expect(decide(unknown("timeout"))).toBe("undecided");
  });
});
