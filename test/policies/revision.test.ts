import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { policySetOf } from "./support.ts";

type Objects = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

const OBJECTS: Objects = {
  applications: [
    {
      id: "wiki",
      name: "Wiki",
      domain: "wiki.example.com",
      policies: [{ id: "staff" }, { name: "others", decision: "deny", include: [{ everyone: {} }] }],
    },
    { id: "blog", name: "Blog", domain: "blog.example.com", policies: ["staff"] },
  ],
  policies: [
    { id: "staff", name: "Staff", decision: "allow", include: [{ group: { id: "crew" } }] },
    { id: "unused", name: "Unused", decision: "bypass", include: [{ ip_list: { id: "offices" } }] },
  ],
  groups: [
    {
      id: "crew",
      name: "Crew",
      include: [{ email_domain: { domain: "example.com" } }, { email: { email: "jo@example.org" } }],
      exclude: [{ device_posture: { integration_uid: "warp" } }],
    },
  ],
  lists: [{ id: "offices", name: "Offices", type: "IP", items: [{ value: "192.0.2.0/24" }] }],
  posture_rules: [
    { id: "warp", name: "WARP", type: "warp" },
    {
      id: "trust",
      name: "Trust",
      type: "attribute",
      input: { attribute: "own.trust", operator: ">", value: 3 },
    },
  ],
};

const ENTRIES = Object.entries(OBJECTS).flatMap(([section, objects]) =>
  objects.map((object) => ({ section, object })),
);

function revisionOf(text: string): string {
  return policySetOf(text).revision;
}

/** The same value with the keys of its objects in another order. */
function withKeysShuffled(value: unknown, order: (keys: readonly string[]) => readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((part) => withKeysShuffled(part, order));
  if (typeof value !== "object" || value === null) return value;
  const parts = new Map(Object.entries(value));
  return Object.fromEntries(
    order([...parts.keys()]).map((key) => [key, withKeysShuffled(parts.get(key), order)]),
  );
}

describe("the revision", () => {
  test("is sixteen hexadecimal digits", () => {
    expect(revisionOf(JSON.stringify(OBJECTS))).toMatch(/^[0-9a-f]{16}$/);
  });

  test("does not depend on the order of keys, of objects, or on the files they stand in", () => {
    const expected = revisionOf(JSON.stringify(OBJECTS));
    const layout = fc.record({
      entries: fc.shuffledSubarray(ENTRIES, { minLength: ENTRIES.length }),
      fileOf: fc.array(fc.nat(3), { minLength: ENTRIES.length, maxLength: ENTRIES.length }),
      reversed: fc.boolean(),
    });
    fc.assert(
      fc.property(layout, ({ entries, fileOf, reversed }) => {
        const order = (keys: readonly string[]) => (reversed ? keys.toReversed() : keys.toSorted());
        const files = [...Map.groupBy(entries, (_, index) => fileOf[index] ?? 0)].map(([number, held]) => {
          const content = Map.groupBy(held, ({ section }) => section);
          const sections = [...content].map(([section, list]) => [section, list.map(({ object }) => object)]);
          const text = JSON.stringify(withKeysShuffled(Object.fromEntries(sections), order), null, number);
          return { file: `${number}.json`, text };
        });
        expect(readPolicies(files).policySet?.revision).toBe(expected);
      }),
      { numRuns: 50 },
    );
  });

  const policy = (keys: string) => `policies: [ { name: p, ${keys}, include: [ { everyone: {} } ] } ]`;
  const original = revisionOf(policy("decision: allow"));

  test.each([
    ["spelling", "decision: allow  # a comment"],
    ["what the server sets", "decision: allow, created_at: now, app_count: 3, reusable: true"],
    ["what lint is to accept", "decision: allow, acknowledge: { anyone-can-enter: public }"],
    ["what is empty", "decision: allow, session_duration: '', exclude: []"],
  ])("stays with a change of %s", (_, keys) => {
    expect(revisionOf(`${policy(keys.replace(/ {2}#.*/, ""))}\n# a comment\n`)).toBe(original);
  });

  test.each([
    ["the effect", "decision: deny"],
    ["the duration", "decision: allow, session_duration: 1h"],
    ["a rule", "decision: allow, require: [ { certificate: {} } ]"],
  ])("changes with %s", (_, keys) => {
    expect(revisionOf(policy(keys))).not.toBe(original);
  });

  test("changes with the order of an application's policies", () => {
    const ordered = (...names: readonly string[]) =>
      `applications: [ { name: a, policies: [ ${names.map((name) => `{ name: ${name}, decision: allow, include: [ { everyone: {} } ] }`).join(", ")} ] } ]`;
    expect(revisionOf(ordered("x", "y"))).not.toBe(revisionOf(ordered("y", "x")));
  });
});

test("a policy set is frozen through and through", () => {
  const { applications } = policySetOf(JSON.stringify(OBJECTS));
  expect(Object.isFrozen(applications)).toBe(true);
  expect(Object.isFrozen(applications[0]?.policies[0]?.include[0])).toBe(true);
});
