import { describe, expect, test } from "bun:test";
import { CONFIG, Workspace } from "../support/run-verb.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";

const HOLDS = `
cases:
  - { name: staff get in, application: wiki, facts: { email: ada@example.com }, expect: permit }
`;
const FAILS = `
cases:
  - { name: strangers get in, application: wiki, facts: { email: eve@example.org }, expect: permit }
  - { name: mallory stays out, application: wiki, facts: { email: mallory@example.com }, expect: deny }
`;
const FAULTY = `
cases:
  - { name: nobody knows, application: wikki, facts: { emial: a@example.com }, expect: perhaps }
`;

async function workspaceWith(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const workspace = new Workspace();
  await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": TEAM_POLICIES, ...files });
  return workspace;
}

describe("postern test", () => {
  test("exits with 0 where every test holds", async () => {
    using workspace = await workspaceWith({ "tests/holds.test.yaml": HOLDS });
    const { code, out, err } = await workspace.run(["test"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^✓ .*holds\.test\.yaml {2}1 of 1\n1 passed, 0 failed\n$/);
  });

  test("exits with 1 where one fails, and shows what was expected, what came, and why", async () => {
    using workspace = await workspaceWith({ "fails.test.yaml": FAILS });
    const { code, out } = await workspace.run(["test"]);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ strangers get in {2}.*fails\.test\.yaml:3\n/);
    expect(out).toContain("expected  permit\n");
    expect(out).toContain("got       deny: no policy matched (no_policy_matched)\n");
    expect(out).toContain("✗ e-mail ends in @example.com");
    expect(out).toContain("identity.email: eve@example.org (given, just now)");
    expect(out).not.toContain("mallory stays out");
    expect(out).toEndWith("1 passed, 1 failed\n");
  });

  test("exits with 2 where a test cannot be read, and runs none", async () => {
    using workspace = await workspaceWith({ "faulty.test.yaml": FAULTY, "holds.test.yaml": HOLDS });
    const { code, out, err } = await workspace.run(["test"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("faulty.test.yaml:3:");
    expect(err).toContain('did you mean "email"?');
  });

  test.each([
    ["there is none", {}, ".  the folder holds no tests (*.test.yaml)"],
    [
      "the policies are faulty",
      { "policies.yaml": "applications: {", "holds.test.yaml": HOLDS },
      "policies.yaml:1:16  ",
    ],
  ])("exits with 2 where %s", async (_, files, told) => {
    using workspace = await workspaceWith(files);
    const { code, out, err } = await workspace.run(["test"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toStartWith(told);
  });

  test("runs what is named and nothing else", async () => {
    using workspace = await workspaceWith({ "a/holds.test.yaml": HOLDS, "b/fails.test.yaml": FAILS });
    expect((await workspace.run(["test", "a"])).code).toBe(0);
    expect((await workspace.run(["test", "a/holds.test.yaml"])).code).toBe(0);
    expect((await workspace.run(["test", "b"])).code).toBe(1);
    expect((await workspace.run(["test", "c"])).code).toBe(2);
  });
});

describe("results for machines", () => {
  test("as JSON: every test, and the trace of one that failed", async () => {
    using workspace = await workspaceWith({ "fails.test.yaml": FAILS });
    const { code, out } = await workspace.run(["test", "--json"]);
    const { passed, failed, tests } = JSON.parse(out);
    expect([code, passed, failed]).toEqual([1, 1, 1]);
    expect(tests[0]).toMatchObject({
      name: "strangers get in",
      line: 3,
      passed: false,
      expected: { answer: "permit" },
      got: { answer: "deny", reason: "no_policy_matched", policy: null },
      trace: { application: "wiki", decision: "deny" },
    });
    expect(tests[1]).toMatchObject({ name: "mallory stays out", passed: true, trace: null });
  });

  test("as JUnit", async () => {
    using workspace = await workspaceWith({ "fails.test.yaml": FAILS });
    const { code, out } = await workspace.run(["test", "--reporter", "junit"]);
    expect(code).toBe(1);
    expect(out).toStartWith(
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="postern" tests="2" failures="1">',
    );
    expect(out).toMatch(
      /<testcase name="strangers get in".* line="3">\n\s*<failure message="expected permit; got deny/,
    );
    expect(out).toMatch(/<testcase name="mallory stays out".* \/>/);
  });
});
