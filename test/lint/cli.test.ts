import { describe, expect, test } from "bun:test";
import { renderFindings } from "../../src/cli/lint/render-findings.ts";
import { CONFIG, PLUGIN_DOOR, Workspace } from "../support/run-verb.ts";
import { lintText } from "./support.ts";

const STAFF = "{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }";
const CLEAN = `applications: [{ name: wiki, domain: wiki.example.com, policies: [${STAFF}] }]`;
const UNTIDY = `${CLEAN}
groups: [{ name: Nobody's, include: [{ everyone: {} }] }]`;
const DOUBTFUL = `applications:
  - name: wiki
    domain: wiki.example.com
    policies:
      - name: The office
        decision: service_auth
        include: [{ ip: { ip: 192.0.2.0/24 } }]`;
const DANGEROUS = `applications:
  - name: wiki
    domain: wiki.example.com
    policies:
      - name: The office
        decision: allow
        include: [{ ip: { ip: 10.0.0.1/8 } }]
      - name: Status
        decision: bypass
        include: [{ everyone: {} }]
        acknowledge: { anyone-can-enter: "public status page" }`;

async function lint(policies: string, ...args: readonly string[]) {
  using workspace = new Workspace();
  await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": policies });
  return await workspace.run(["lint", ...args]);
}

describe("postern lint", () => {
  test("says that it found nothing", async () => {
    expect(await lint(CLEAN)).toEqual({ code: 0, out: "✓ nothing found\n", err: "" });
  });

  test("shows each finding with its place, level, name, reason and mend, and the totals", async () => {
    const { code, out } = await lint(DANGEROUS);
    expect(code).toBe(1);
    expect(out).toBe(`policies.yaml
policies.yaml:5:9  error  policy-never-reached
      "The office" decides nothing in "wiki": "Status" comes before it and matches whoever it
      matches
      → move it before that policy, narrow that policy, or remove it
policies.yaml:7:19  hint  host-bits-set
      10.0.0.1/8 means the whole of 10.0.0.0/8, not the one address
      → write 10.0.0.0/8, or the address without its prefix
policies.yaml:8:9  acknowledged  anyone-can-enter
      anyone can enter "wiki" by the policy "Status": it includes anyone, and requires nothing that
      only some have
      ✓ public status page

1 error, 1 hint, 1 acknowledged
`);
  });

  test.each([
    ["hints", UNTIDY, [0, 0]],
    ["warnings", DOUBTFUL, [0, 1]],
    ["errors", DANGEROUS, [1, 1]],
  ] as const)("fails on %s where it is told to", async (_, policies, codes) => {
    const runs = [await lint(policies, "--fail-on", "error"), await lint(policies, "--fail-on", "warning")];
    expect(runs.map(({ code }) => code)).toEqual([...codes]);
  });

  test("does not count what is acknowledged", async () => {
    const { code, out } = await lint(
      DOUBTFUL.concat("\n        acknowledge: { service-auth-without-credential: a lab }"),
      "--fail-on",
      "warning",
    );
    expect(code).toBe(0);
    expect(out).toEndWith("\n✓ nothing found, 1 acknowledged\n");
  });

  test("colours the levels on a terminal", () => {
    const colored = renderFindings(lintText(DANGEROUS), { cwd: "/", style: { color: true, width: 100 } });
    expect(colored).toContain("\u001b[31merror\u001b[39m");
    expect(colored).toContain("\u001b[36mhint\u001b[39m");
    expect(colored).toContain("\u001b[32macknowledged\u001b[39m");
  });

  test("tells scripts the same", async () => {
    const { code, out } = await lint(DANGEROUS, "--json");
    expect(code).toBe(1);
    const { findings, totals } = JSON.parse(out);
    expect(totals).toEqual({ error: 1, warning: 0, hint: 1, acknowledged: 1 });
    expect(findings[2]).toEqual({
      file: expect.stringMatching(/\/policies\.yaml$/),
      line: 8,
      column: 9,
      rule: "anyone-can-enter",
      level: "error",
      object: "Status",
      reason: expect.stringContaining('anyone can enter "wiki"'),
      mend: expect.any(String),
      acknowledged: "public status page",
    });
  });

  test("knows from the configuration and its plugins what is provided", async () => {
    const risky = CLEAN.replace("}] }", "}], require: [{ user_risk_score: { user_risk_score: [low] } }] }");
    expect((await lint(risky)).out).toContain("nothing provides identity.risk_score");
    using workspace = new Workspace();
    const plugin = (provides: string) => `
      import { definePlugin, t } from "${PLUGIN_DOOR}";
      export default definePlugin({
        name: "risk", provides: ["${provides}"], needs: ["identity.subject"], config: t.Object({}),
        setup: () => ({ resolve: () => ({}) }),
      });`;
    await workspace.write({
      "postern.yaml": `${CONFIG}providers: [{ use: ./plugin }]\n`,
      "policies.yaml": risky,
      "plugin.ts": plugin("identity.risk_score"),
    });
    expect(await workspace.run(["lint"])).toEqual({ code: 0, out: "✓ nothing found\n", err: "" });
    await workspace.write({
      "postern.yaml": `${CONFIG}providers: [{ use: ./other }]\n`,
      "other.ts": plugin("identity.authentication_methods"),
    });
    expect((await workspace.run(["lint"])).out).toContain("nothing provides identity.risk_score");
  });

  test("takes the files and folders that it is given together, and asks for no configuration", async () => {
    using workspace = new Workspace();
    await workspace.write({
      "apps/wiki.yaml": CLEAN.replace(
        "include: [{ email_domain: { domain: example.com } }]",
        "include: [{ group: { id: Staff } }]",
      ),
      "groups.yaml": "groups: [{ name: Staff, include: [{ email_domain: { domain: example.com } }] }]",
    });
    expect(await workspace.run(["lint", "apps", "groups.yaml"])).toEqual({
      code: 0,
      out: "✓ nothing found\n",
      err: "",
    });
    const { code, err } = await workspace.run(["lint", "apps"]);
    expect(code).toBe(2);
    expect(err).toContain('there is no group "Staff"');
  });

  test.each([
    ["policies with faults", ["lint", "faulty.yaml"], 'unknown key "groops"'],
    ["a path that is not there", ["lint", "missing.yaml"], "there is no such file"],
    ["a configuration that is not there", ["lint"], "there is no such file"],
    ["a level that is none", ["lint", "--fail-on", "hint"], "Allowed choices are error, warning"],
  ])("ends with code 2 for %s", async (_, args, message) => {
    using workspace = new Workspace();
    await workspace.write({ "faulty.yaml": "groops: []" });
    const { code, out, err } = await workspace.run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });
});
