import { describe, expect, test } from "bun:test";
import { CONFIG, PLUGIN_DOOR, Workspace } from "../../support/run-verb.ts";

const ASSETS = `
import { definePlugin, t } from "${PLUGIN_DOOR}";
export default definePlugin({
  name: "assets",
  provides: [],
  needs: ["device.id"],
  config: t.Object({}),
  attributes: {
    "own.trust": t.Integer({ minimum: 0, maximum: 100 }),
    "own.weight": t.Number(),
    "own.owner": t.String({ minLength: 1 }),
    "own.state": t.Union([t.Literal("lent"), t.Literal("new"), t.Literal("lost")]),
    "own.encrypted": t.Boolean(),
    "own.tags": t.Array(t.String()),
    "own.rooms": t.Array(t.Union([t.Literal("berlin"), t.Literal("lisbon")])),
  },
  setup: () => ({ resolve: () => ({}) }),
});`;

/** What `postern check` says of a posture rule with this input. */
async function check(input: object, providers = "providers: [{ use: ./assets.ts }]") {
  using workspace = new Workspace();
  const rule = { id: "r", name: "Asset", type: "attribute", input };
  await workspace.write({
    "postern.yaml": `${CONFIG}${providers}`,
    "assets.ts": ASSETS,
    "policies.yaml": `applications:
  - { name: wiki, domain: wiki.example.com, policies: [{ name: A, decision: allow, include: [{ everyone: {} }] }] }
posture_rules:
  - ${JSON.stringify(rule)}
`,
  });
  const { code, out } = await workspace.run(["check"]);
  return { code, out };
}

describe("a posture rule that asks what its plugin can say is in order:", () => {
  test.each([
    { attribute: "own.trust", operator: ">=", value: 80 },
    { attribute: "own.trust", operator: "<", value: 79.5 },
    { attribute: "own.trust", operator: "!=", value: 0 },
    { attribute: "own.weight", operator: "<=", value: -3.5 },
    { attribute: "own.owner", operator: "==", value: "ada" },
    { attribute: "own.owner", operator: "in", value: ["ada", "bob"] },
    { attribute: "own.state", operator: "in", value: ["lent", "new"] },
    { attribute: "own.encrypted", operator: "==", value: true },
    { attribute: "own.tags", operator: "contains", value: "loaner" },
    { attribute: "own.rooms", operator: "contains", value: "lisbon" },
  ])("$attribute $operator", async (input) => {
    expect(await check(input)).toMatchObject({ code: 0, out: expect.not.stringContaining("Asset") });
  });
});

describe("a posture rule that asks what its plugin never says is a fault:", () => {
  test.each([
    [
      { attribute: "own.trust", operator: "==", value: "80" },
      "input.value: own.trust is a whole number from 0 to 100",
    ],
    [
      { attribute: "own.trust", operator: "==", value: 79.5 },
      "input.value: own.trust is a whole number from 0 to 100",
    ],
    [
      { attribute: "own.trust", operator: ">=", value: 800 },
      "input.value: own.trust is a number from 0 to 100",
    ],
    [{ attribute: "own.trust", operator: "==", value: true }, "input.value: own.trust is a whole number"],
    [
      { attribute: "own.trust", operator: "contains", value: "80" },
      "input.operator: own.trust is a number, which contains does not compare; use ==, !=, <, <=, >= or >",
    ],
    [
      { attribute: "own.owner", operator: ">", value: 3 },
      "own.owner is text, which > does not compare; use ==, != or in",
    ],
    [{ attribute: "own.owner", operator: "==", value: 3 }, "input.value: own.owner is text, and never this"],
    [{ attribute: "own.owner", operator: "in", value: ["ada", ""] }, "input.value: own.owner is text"],
    [
      { attribute: "own.state", operator: "==", value: "Lent" },
      'input.value: own.state is one of "lent", "new", "lost", and never this; did you mean "lent"?',
    ],
    [
      { attribute: "own.state", operator: "in", value: ["lent", "stolen"] },
      'own.state is one of "lent", "new", "lost"',
    ],
    [
      { attribute: "own.encrypted", operator: "==", value: "true" },
      "own.encrypted is true or false, and never this",
    ],
    [
      { attribute: "own.encrypted", operator: "in", value: ["true"] },
      "own.encrypted is true or false, which in does not compare; use == or !=",
    ],
    [
      { attribute: "own.tags", operator: "==", value: "loaner" },
      "own.tags is a list of texts, which == does not compare; use contains",
    ],
    [
      { attribute: "own.rooms", operator: "contains", value: "lisboa" },
      'input.value: what own.rooms lists is one of "berlin", "lisbon", and never this; did you mean "lisbon"?',
    ],
  ])("%j", async (input, message) => {
    const { code, out } = await check(input);
    expect(out).toContain(message);
    expect(out).toContain("policies.yaml:4:5  posture rule Asset: ");
    expect(code).toBe(2);
  });
});

test("a name that is nearly that of an attribute is a warning, with the attribute that may be meant", async () => {
  const { code, out } = await check({ attribute: "own.trsut", operator: ">=", value: 80 });
  expect(out).toContain(
    'no plugin provides own.trsut, and so the rule can never be decided; did you mean "own.trust"?',
  );
  expect(code).toBe(0);
});

test("a rule for a plugin that is not configured is not held against anything", async () => {
  const { code, out } = await check({ attribute: "own.trust", operator: "contains", value: "x" }, "");
  expect({ code, tells: out.includes("own.trust") }).toEqual({ code: 0, tells: false });
});
