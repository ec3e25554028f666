import { describe, expect, test } from "bun:test";
import type { FactName } from "../../src/core/attribute.ts";
import { codecOf } from "../../src/core/attribute-codec.ts";
import { absent, type Fact, known, unknown } from "../../src/core/fact.ts";
import { type Merge, mergeFacts } from "../../src/pip/merge-facts.ts";
import { NOON } from "../support/records.ts";

const FROM = { source: "a", learntAt: NOON, expiresAt: NOON + 1_000 };
const FAILED = unknown("failed", "b");
const NONE = absent(FROM);
const part = (values: readonly string[]) => known(new Set(values), FROM, false);
const set = (...values: readonly string[]) => known(new Set(values), FROM);
const flag = (value: boolean) => known(value, FROM);
const text = (value: string) => known(value, FROM);

/** The merged fact, in few words: its value as JSON, `part` of it, `absent`, or why it is unknown. */
function describeFact(name: FactName, fact: Fact<unknown>): string {
  if (fact.state !== "known") return fact.state === "absent" ? "absent" : fact.why;
  const value = JSON.stringify(codecOf(name).encode(fact.value as never));
  return fact.complete ? value : `part ${value}`;
}

type Row = readonly [merge: Merge, facts: readonly Fact<unknown>[], merged: string];

/** A table for one attribute, each row with a title that a person can read. */
function cases(name: FactName, rows: readonly Row[]) {
  return rows.map(([merge, facts, merged]) => {
    const title = facts.map((fact) => describeFact(name, fact)).join(" and ");
    return {
      title: `${merge} of ${title} is ${merged}`,
      name,
      merge,
      facts: facts as readonly Fact<never>[],
      merged,
    };
  });
}

describe("facts of several providers are merged:", () => {
  test.each([
    ...cases("own.tags", [
      ["any", [set("a"), set("b")], '["a","b"]'],
      ["any", [set("a"), NONE], '["a"]'],
      ["any", [set("a"), FAILED], 'part ["a"]'],
      ["any", [set("a"), part(["b"])], 'part ["a","b"]'],
      ["any", [NONE, NONE], "absent"],
      ["any", [NONE, FAILED], "failed"],
      ["all", [set("a", "b"), set("b", "c")], '["b"]'],
      ["all", [set("a", "b"), part(["b"])], 'part ["b"]'],
      ["all", [set("a"), NONE], "absent"],
      ["all", [set("a"), FAILED], "failed"],
      ["first", [FAILED, set("b")], '["b"]'],
      ["first", [NONE, set("b")], "absent"],
      ["first", [set("a"), set("b")], '["a"]'],
      ["first", [FAILED, FAILED], "failed"],
    ]),
    ...cases("device.firewall", [
      ["any", [flag(true), FAILED], "true"],
      ["any", [flag(false), FAILED], "failed"],
      ["any", [flag(false), flag(true)], "true"],
      ["any", [flag(false), NONE], "false"],
      ["all", [flag(false), FAILED], "false"],
      ["all", [flag(true), FAILED], "failed"],
      ["all", [flag(true), flag(true)], "true"],
      ["all", [flag(true), NONE], "absent"],
    ]),
    ...cases("identity.risk_score", [
      ["any", [text("low"), text("low")], '"low"'],
      ["any", [text("low"), text("high")], "disagreement"],
      ["any", [text("low"), FAILED], '"low"'],
      ["any", [NONE, FAILED], "failed"],
      ["all", [text("low"), text("low")], '"low"'],
      ["all", [text("low"), FAILED], "failed"],
      ["all", [text("low"), NONE], "disagreement"],
      ["all", [NONE, NONE], "absent"],
    ]),
    ...cases("device.disks", [
      ["all", [known(new Map([["/", true]]), FROM), known(new Map([["/", true]]), FROM)], '{"/":true}'],
      ["any", [known(new Map([["/", true]]), FROM), known(new Map([["/", false]]), FROM)], "disagreement"],
    ]),
    ...cases("identity.oidc_claims", [
      [
        "any",
        [
          known(new Map([["role", new Set(["a"])]]), FROM),
          known(
            new Map([
              ["role", new Set(["b"])],
              ["team", new Set(["c"])],
            ]),
            FROM,
          ),
        ],
        '{"role":["a","b"],"team":["c"]}',
      ],
      [
        "all",
        [
          known(new Map([["role", new Set(["a", "b"])]]), FROM),
          known(
            new Map([
              ["role", new Set(["b"])],
              ["team", new Set(["c"])],
            ]),
            FROM,
          ),
        ],
        '{"role":["b"],"team":[]}',
      ],
    ]),
  ])("$title", ({ name, merge, facts, merged }) => {
    expect(describeFact(name, mergeFacts(name, merge, facts))).toBe(merged);
  });

  test("whatever the order of a record's keys, equal is equal", () => {
    const a = known(
      new Map<string, number>([
        ["x", 1],
        ["y", 2],
      ]),
      FROM,
    );
    const b = known(
      new Map<string, number>([
        ["y", 2],
        ["x", 1],
      ]),
      FROM,
    );
    expect(mergeFacts("device.provider:c", "all", [a, b])).toMatchObject({ state: "known" });
  });

  test("as old as the oldest, as durable as the least durable, and from all of them", () => {
    const older = known(new Set(["b"]), { source: "b", learntAt: NOON - 5_000, expiresAt: NOON + 9_000 });
    expect(mergeFacts("own.tags", "any", [set("a"), older])).toMatchObject({
      source: "a+b",
      learntAt: NOON - 5_000,
      expiresAt: NOON + 1_000,
    });
  });
});
