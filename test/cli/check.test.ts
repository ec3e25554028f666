import { describe, expect, test } from "bun:test";
import { CONFIG, Workspace } from "../support/run-verb.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";

const FAULTY_CONFIG = `
public_url: http://postern.example.com
listen: { public: 8080 }
store: memory
acess: {}
policies: ./policies.yaml
`;

const FAULTY_POLICIES = `
applications:
  - name: wiki
    domain: wiki.example.com
    policies:
      - { name: Staff, decision: perhaps, include: [{ everyone: {} }] }
      - { name: Nobody, decision: allow, include: [] }
      - { name: Others, decision: allow, include: [{ passport: {} }] }
`;

test("what is in order is told in one line, with a warning for what might be better", async () => {
  using workspace = new Workspace();
  await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": TEAM_POLICIES });
  const { code, out, err } = await workspace.run(["check"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(/^Warnings\npostern\.yaml:2:1 {2}keys: no passphrase/);
  expect(out).toMatch(/✓ postern\.yaml: 3 applications, 3 policies, revision [0-9a-f]+\n$/);
});

test("a service token of the configuration that the policies lack is a warning, for it is refused for ever", async () => {
  using workspace = new Workspace();
  const secrets = ["ci.access", "ci.acces", "the-build-robot.access"].map(
    (id) => `  - { client_id: ${id}, secret_sha256: ${"a".repeat(64)} }\n`,
  );
  await workspace.write({
    "postern.yaml": `${CONFIG}service_tokens:\n${secrets.join("")}`,
    "policies.yaml": TEAM_POLICIES,
  });
  const { code, out } = await workspace.run(["check"]);
  expect(code).toBe(0);
  expect(out.match(/^postern\.yaml:.*client_id.*$/gm)).toEqual([
    'postern.yaml:9:18   no service token of the policies has this client_id, so that it is refused; did you mean "ci.access"?',
    "postern.yaml:10:18  no service token of the policies has this client_id, so that it is refused; add it there, or remove it here",
  ]);
});

describe("everything that is wrong is told with its place", () => {
  test("in the configuration", async () => {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": FAULTY_CONFIG, "policies.yaml": TEAM_POLICIES });
    const { code, out } = await workspace.run(["check"]);
    expect(code).toBe(2);
    const places = [...out.matchAll(/^postern\.yaml:(\d+:\d+) {2,}\S/gm)].map(([, place]) => place);
    expect(places).toEqual(["2:13", "3:19", "4:8", "5:1"]);
    expect(out).toContain('unknown key "acess"; did you mean "access"?');
    expect(out).toEndWith("✗ 4 faults\n");
  });

  test("in the policies", async () => {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": FAULTY_POLICIES });
    const { code, out } = await workspace.run(["check"]);
    expect(code).toBe(2);
    const lines = [...out.matchAll(/^policies\.yaml:(\d+):\d+ {2,}\S/gm)].map(([, line]) => line);
    expect(lines).toEqual(["6", "7", "8"]);
  });

  test("in both at once", async () => {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": FAULTY_CONFIG, "policies.yaml": FAULTY_POLICIES });
    const { code, out } = await workspace.run(["check"]);
    expect(code).toBe(2);
    const places = [...out.matchAll(/^(\w+\.yaml:\d+):\d+ {2,}\S/gm)].map(([, place]) => place);
    expect(places).toEqual(
      [2, 3, 4, 5]
        .map((line) => `postern.yaml:${line}`)
        .concat([6, 7, 8].map((line) => `policies.yaml:${line}`)),
    );
  });

  test("for scripts", async () => {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": FAULTY_CONFIG, "policies.yaml": TEAM_POLICIES });
    const { code, out } = await workspace.run(["check", "--json"]);
    const report = JSON.parse(out);
    expect([code, report.ok, report.revision]).toEqual([2, false, null]);
    expect(report.faults).toHaveLength(4);
    expect(report.faults[0]).toEqual({
      file: expect.stringMatching(/\/postern\.yaml$/),
      line: 2,
      column: 13,
      message: expect.stringContaining("https"),
    });
  });

  test("and a file that is not there is one", async () => {
    using workspace = new Workspace();
    const { code, out } = await workspace.run(["check", "--config", "other.yaml"]);
    expect([code, out]).toEqual([
      2,
      "other.yaml  there is no such file; `postern init` writes one, --config names another\n✗ 1 fault\n",
    ]);
  });
});

test("`--json` tells scripts the revision of what is in order", async () => {
  using workspace = new Workspace();
  await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": TEAM_POLICIES });
  const { code, out } = await workspace.run(["check", "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    ok: true,
    revision: expect.stringMatching(/^[0-9a-f]+$/),
    faults: [],
    warnings: [expect.objectContaining({ line: 2, column: 1 })],
  });
});

test("a secret that is drawn in from outside is never shown, whatever is wrong with it", async () => {
  using workspace = new Workspace();
  const token = `admin: { tokens: [{ name: ops, role: operator, sha256: "\${CANARY}" }] }`;
  await workspace.write({ "postern.yaml": `${CONFIG}\n${token}\n`, "policies.yaml": TEAM_POLICIES });
  const { code, out, err } = await workspace.run(["check"], { CANARY: "canary-9c1d" });
  expect(code).toBe(2);
  expect(out + err).not.toContain("canary-9c1d");
  expect(out).toContain("sha256");
});

test("control characters from a file do not reach the terminal", async () => {
  using workspace = new Workspace();
  await workspace.write({ "postern.yaml": `${CONFIG}\n"a\\e[2Jb": 1\n`, "policies.yaml": TEAM_POLICIES });
  const { out } = await workspace.run(["check"]);
  expect(out).not.toContain("\u001b");
});
