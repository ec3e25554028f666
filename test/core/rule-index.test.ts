import { describe, expect, test } from "bun:test";
import { FIFTY_POLICIES } from "../../scripts/bench/fifty-policies.ts";
import { createPeople } from "../../scripts/bench/person.ts";
import type { CompiledApplication } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { type Facts, known } from "../../src/core/fact.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { policySetOf } from "../policies/support.ts";
import { NOON, said } from "../support/records.ts";

function compile(policies: string): CompiledApplication {
  return createPolicyDirectory(policySetOf(policies)).only ?? expect.unreachable("one application");
}

/** The facts, and how often each was read. */
function counting(facts: Facts): { facts: Facts; reads: Map<string, number> } {
  const reads = new Map<string, number>();
  const get = (target: Facts, name: string) => {
    reads.set(name, (reads.get(name) ?? 0) + 1);
    return Reflect.get(target, name);
  };
  return { facts: new Proxy(facts, { get: (target, name) => get(target, String(name)) }), reads };
}

const email = (address: string): Facts => ({
  "identity.subject": known(address, said("login")),
  "identity.email": known({ address, domain: address.slice(address.indexOf("@") + 1) }, said("login")),
});

describe("a decision reads each fact once", () => {
  test("where fifty policies ask for it", () => {
    const application = compile(JSON.stringify(FIFTY_POLICIES.policies));
    for (const person of createPeople(64)) {
      const { facts, reads } = counting(FIFTY_POLICIES.readFacts(person, NOON));
      evaluate(application, facts, NOON);
      expect([...reads].filter(([, count]) => count > 1)).toEqual([]);
      expect(reads.get("identity.email")).toBe(1);
    }
  });

  test("where addresses, domains, lists and groups of rules all ask for it", () => {
    const application = compile(`
applications:
  - name: wiki
    policies:
      - { name: a, decision: allow, include: [{ email: { email: ann@example.com } }, { email_list: { id: staff } }] }
      - { name: b, decision: deny, include: [{ group: { id: abroad } }], exclude: [{ email_list: { id: staff } }] }
      - { name: c, decision: allow, include: [{ email_domain: { domain: example.org } }], require: [{ group: { id: abroad } }] }
lists: [{ id: staff, name: staff, type: EMAIL, items: [{ value: bob@example.com }, { value: cyd@example.com }] }]
groups: [{ id: abroad, name: abroad, include: [{ email: { email: dan@example.org } }, { email_domain: { domain: example.net } }] }]
`);
    const { facts, reads } = counting(email("dan@example.org"));
    expect(evaluate(application, facts, NOON).reason).toBe("policy_blocked");
    expect(reads.get("identity.email")).toBe(1);
  });
});

describe("a decision leaves nothing behind for the next", () => {
  const application = compile(`
applications:
  - name: wiki
    policies:
      - { name: a, decision: allow, include: [{ email: { email: ann@example.com } }], require: [{ geo: { country_code: PT } }] }
`);
  const ann = { ...email("ann@example.com"), "network.country": known("PT", said("edge")) };
  const outcome = (facts: Facts) => evaluate(application, facts, NOON).outcome;

  test("of which less is known", () => {
    expect(outcome(ann)).toBe("permit");
    expect(outcome({})).toBe("deny");
    expect(outcome(email("ann@example.com"))).toBe("deny");
    expect(outcome(ann)).toBe("permit");
  });

  test("even where it broke off", () => {
    const broken = new Proxy(ann, {
      get(target, name) {
        if (name === "network.country") throw new Error("broken");
        return Reflect.get(target, name);
      },
    });
    expect(() => outcome(broken)).toThrow("broken");
    expect(outcome({ "network.country": ann["network.country"] })).toBe("deny");
    expect(outcome(email("eve@example.com"))).toBe("deny");
  });
});
