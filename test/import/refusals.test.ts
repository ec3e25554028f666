import { describe, expect, test } from "bun:test";
import type { Import } from "../../src/config/import/import-exports.ts";
import { compileApplications } from "../../src/core/application-index.ts";
import { compilePolicySet } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { seededDice } from "../oracle/dice.ts";
import { drawFacts, NOW } from "../oracle/draw-facts.ts";
import { allow, application, EVERYONE, importOf, loadImported, refusalsOf } from "./support.ts";

const PERSON = drawFacts(seededDice(1), "bright");

/** What somebody of whom everything is known gets at an address. */
function answerAt(imported: Import, host: string, path: string): string {
  const set = loadImported(imported);
  const entries = set.applications.flatMap(({ id, destinations }) =>
    destinations.map((destination) => ({ destination, value: id })),
  );
  const found = compileApplications(entries).find(host, path);
  const compiled = found.match === "found" ? compilePolicySet(set).applications.get(found.value) : undefined;
  return compiled === undefined ? found.match : evaluate(compiled, PERSON, NOW).outcome;
}

describe("what would change a decision and cannot be had is refused with its reason", () => {
  const wiki = (more: object) => [application("wiki", "wiki.example.com", more)];
  const policy = (more: object) => wiki({ policies: [allow("in", more)] });
  const table: readonly (readonly [string, readonly object[], string])[] = [
    ["isolation", policy({ isolation_required: true }), "policies[0].isolation_required: browser isolation"],
    [
      "approval groups",
      policy({ approval_groups: [{ approvals_needed: 1 }] }),
      "policies[0].approval_groups:",
    ],
    [
      "a justification",
      policy({ purpose_justification_required: true }),
      "policies[0].purpose_justification",
    ],
    [
      "a second factor",
      policy({ mfa_config: { allowed_authenticators: ["totp"] } }),
      "policies[0].mfa_config:",
    ],
    [
      "a private destination",
      wiki({ destinations: [{ type: "private", cidr: "10.0.0.0/8" }] }),
      "destinations[0]:",
    ],
    [
      "an infrastructure application",
      wiki({ type: "infrastructure", target_criteria: [{ port: 22 }] }),
      "type:",
    ],
    ["the App Launcher", wiki({ type: "app_launcher" }), "type: applications of type app_launcher"],
    [
      "the same precedence twice",
      wiki({ policies: [allow("a", { precedence: 1 }), allow("b", { precedence: 1 })] }),
      "policies[1].precedence:",
    ],
    ["an unknown key", wiki({ entrance_fee: 3 }), 'unknown key "entrance_fee"'],
    ["an unknown key that is switched off", wiki({ guests_only: false }), 'unknown key "guests_only"'],
    [
      "an unknown selector",
      wiki({ policies: [allow("in", { include: [{ shoe_size: { is: 42 } }] })] }),
      "policies[0].include[0]:",
    ],
    [
      "a rule of two selectors",
      policy({ include: [{ everyone: {}, geo: { country_code: "PT" } }] }),
      "policies[0].include[0]:",
    ],
    [
      "a reference to nothing",
      policy({ include: [{ group: { id: "none" } }] }),
      'policies[0].include[0].group.id: there is no group "none"',
    ],
  ];
  test.each(table)("%s", (_, applications, reason) => {
    const imported = importOf({ "apps.json": applications });
    expect(refusalsOf(imported)[0]).toStartWith(`wiki: ${reason}`);
    expect(imported.files.filter(({ closes }) => !closes)).toEqual([]);
  });

  test("a switched-off posture rule, a disabled service token, a posture integration", () => {
    const imported = importOf({
      "a.json": [
        {
          id: "p1",
          name: "Kolide",
          type: "kolide",
          enabled: false,
          input: { connection_id: "c", auth_state: ["Good"] },
        },
      ],
      "b.json": [{ id: "t1", name: "Robot", client_id: "1.access", enabled: false }, allow("Staff")],
      "c.json": [
        { id: "i1", name: "Our scores", type: "custom_s2s", interval: "10m", config: {} },
        allow("Staff"),
      ],
    });
    expect(imported.refused.map(({ kind, name }) => [kind, name])).toEqual([
      [null, "Our scores"],
      ["posture_rules", "Kolide"],
      ["service_tokens", "Robot"],
    ]);
  });
});

describe("what depends on something that is refused is refused, too", () => {
  const list = { id: "l1", name: "Bad people", type: "EMAIL", count: 7 };
  const group = { id: "g1", name: "Blocked", include: [{ email_list: { id: "l1" } }] };
  const block = {
    id: "b1",
    name: "Nobody bad",
    decision: "deny",
    include: [{ group: { id: "g1" } }],
    reusable: true,
  };

  test("through lists, groups and reusable policies, so that no Block is lost", () => {
    const policies = [{ ...block, precedence: 1 }, allow("Staff", { precedence: 2 })];
    const imported = importOf({
      "apps.json": [
        application("wiki", "wiki.example.com", { policies }),
        application("blog", "blog.example.com"),
      ],
      "others.json": { groups: [group], lists: [list], policies: [block] },
    });
    expect(refusalsOf(imported)).toEqual([
      'wiki: it depends on the group "Blocked", which is refused',
      'Blocked: it depends on the list "Bad people", which is refused',
      "Bad people: the list comes with no items; export it with all of them, or write items: []",
      'Nobody bad: it depends on the group "Blocked", which is refused',
    ]);
    expect(answerAt(imported, "wiki.example.com", "/")).toBe("deny");
    expect(answerAt(imported, "blog.example.com", "/")).toBe("permit");
  });

  test("also where an application repeats the policy in a form that could be had", () => {
    const sound = { ...block, include: EVERYONE };
    const imported = importOf({
      "apps.json": [application("wiki", "wiki.example.com", { policies: [sound] })],
      "policies.json": [{ ...block, isolation_required: true, include: EVERYONE }],
    });
    expect(imported.refused.map(({ name }) => name)).toEqual(["wiki", "Nobody bad"]);
  });

  test("both of two objects that share an id and differ: nobody knows which is in force", () => {
    const imported = importOf({ "old.json": [group], "new.json": [{ ...group, include: EVERYONE }] });
    expect(refusalsOf(imported)[0]).toStartWith(
      "Blocked: another one at new.json:1:2 has the same id and other content",
    );
    expect(imported.files).toEqual([]);
  });
});

test("two exports of an object that differ in a key that nobody knows do not say the same", () => {
  const wiki = application("wiki", "wiki.example.com");
  const imported = importOf({ "old.json": [wiki], "new.json": [{ ...wiki, guests_only: false }] });
  expect(imported.refused).toHaveLength(2);
});

describe("a refused application leaves no door open", () => {
  const strict = application("admin", "wiki.example.com/admin", { enable_binding_cookie: true });
  const lenient = application("wiki", "*.example.com");

  test("to a less specific application that would decide in its place", () => {
    const imported = importOf({ "apps.json": [strict, lenient] });
    expect(answerAt(imported, "wiki.example.com", "/page")).toBe("permit");
    expect(answerAt(imported, "wiki.example.com", "/admin/users")).toBe("deny");
  });

  test("nor to one that could take the same requests", () => {
    const rivals = [application("a", "x.example.com/*a"), application("b", "x.example.com/*b")];
    const imported = importOf({ "apps.json": rivals });
    expect(imported.refused.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(answerAt(imported, "x.example.com", "/ab")).toBe("deny");
  });

  test("nor on a host where its address cannot be read", () => {
    const unclear = application("admin", "wiki.example.com/a*b*c", {});
    const below = application("docs", "wiki.example.com/docs");
    const imported = importOf({ "apps.json": [unclear, below, lenient] });
    expect(imported.refused.map(({ name }) => name)).toEqual(["admin", "docs"]);
    expect(answerAt(imported, "wiki.example.com", "/docs")).toBe("deny");
    expect(answerAt(imported, "blog.example.com", "/docs")).toBe("permit");
  });
});
