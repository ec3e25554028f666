import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { personNamed } from "../support/played-access.ts";
import { CONFIG, Workspace } from "../support/run-verb.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

async function workspaceWith(files: Readonly<Record<string, string>> = {}): Promise<Workspace> {
  const workspace = new Workspace();
  await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": TEAM_POLICIES, ...files });
  return workspace;
}

describe("postern explain --facts", () => {
  const explain = ["explain", "--app", "payroll", "--facts", "facts.yaml"];

  test("shows every policy, rule and fact behind the answer", async () => {
    using workspace = await workspaceWith({ "facts.yaml": "{ email: ada@example.com, country: FR }" });
    const { code, out, err } = await workspace.run(explain);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(
      [
        "DENY  payroll",
        "no policy matched",
        "└─ ✗ Allow “From Portugal” does not match",
        "   ├─ include (any of)",
        "   │  └─ ✓ e-mail is ada@example.com",
        "   │     └─ identity.email: ada@example.com (given, just now)",
        "   └─ require (all of)",
        "      └─ ✗ country is PT",
        "         └─ network.country: FR (given, just now)",
        "",
      ].join("\n"),
    );
  });

  test("says what is not known, and why", async () => {
    using workspace = await workspaceWith({ "facts.yaml": "{ email: ada@example.com }" });
    const { out } = await workspace.run(explain);
    expect(out).toStartWith("DENY  payroll\na policy that might have permitted could not be decided\n");
    expect(out).toContain("? country is PT: no source provides it");
  });

  test("finds the application by its id, and has JSON for scripts", async () => {
    using workspace = await workspaceWith({ "facts.yaml": "{ email: ada@example.com }" });
    const { code, out } = await workspace.run([
      "explain",
      "--app",
      "0a1b",
      "--facts",
      "facts.yaml",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      application: "wiki",
      application_id: "0a1b",
      decision: "permit",
      reason: "policy_allowed",
      policy: "Staff",
      policies: [{ policy: "Staff", reached: true, verdict: "match", include: [{ verdict: "match" }] }],
    });
  });

  test.each([
    ["neither facts nor a decision", ["explain"], "name a request with --app and --facts"],
    ["facts without an application", ["explain", "--facts", "facts.yaml"], "--app and --facts"],
    [
      "facts and a decision at once",
      ["explain", "--app", "wiki", "--facts", "facts.yaml", "--decision", "0f0c6a3e"],
      "not both",
    ],
    [
      "an application that is none",
      ["explain", "--app", "wikki", "--facts", "facts.yaml"],
      'there is no application "wikki"; did you mean "wiki"?',
    ],
    [
      "a file that is not there",
      ["explain", "--app", "wiki", "--facts", "none.yaml"],
      "there is no such file",
    ],
    [
      "facts that are none",
      ["explain", "--app", "wiki", "--facts", "faulty.yaml"],
      'faulty.yaml:1:3  unknown key "emial"; did you mean "email"?',
    ],
  ])("exits with 2 for %s", async (_, args, told) => {
    using workspace = await workspaceWith({ "facts.yaml": "{}", "faulty.yaml": "{ emial: x }" });
    const { code, out, err } = await workspace.run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(told);
  });
});

describe("postern explain --decision", () => {
  let service: TestService;
  let log: string;
  let ids: readonly string[];
  beforeAll(async () => {
    service = await TestService.start(TEAM_POLICIES);
    await service.ask("payroll", { claims: { identity: personNamed("ada") } });
    await service.ask("payroll", { claims: { identity: personNamed("ada", { geo: { country: "FR" } }) } });
    log = `a line that is no JSON\n{"msg":"decision"}\n${service.log}`;
    ids = service.logged("decision").map(({ id }) => String(id));
  });
  afterAll(() => service.stop());

  test("makes a logged decision again, from the log alone", async () => {
    using workspace = await workspaceWith({ "postern.log": log });
    for (const [index, headline] of ["PERMIT  payroll", "DENY  payroll"].entries()) {
      const { code, out, err } = await workspace.run([
        "explain",
        "--decision",
        ids[index] ?? "",
        "--log",
        "postern.log",
      ]);
      expect([code, err]).toEqual([0, ""]);
      expect(out).toStartWith(headline);
      expect(out).toContain(`network.country: ${index === 0 ? "PT" : "FR"} (access, just now)`);
    }
  });

  test("reads the log from standard input", async () => {
    using workspace = await workspaceWith();
    const { code, out, err } = await workspace.runProcess(["explain", "--decision", ids[1] ?? ""], {
      stdin: log,
    });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toStartWith("DENY  payroll\nno policy matched\n");
  });

  test("says that the policies have changed since, and by which the decision was made", async () => {
    using workspace = await workspaceWith({
      "postern.log": log,
      "policies.yaml": TEAM_POLICIES.replace("country_code: PT", "country_code: FR"),
    });
    const { code, out, err } = await workspace.run([
      "explain",
      "--decision",
      ids[0] ?? "",
      "--log",
      "postern.log",
    ]);
    expect(code).toBe(0);
    expect(out).toStartWith("DENY  payroll");
    expect(err).toContain(
      `The policies have changed since: it was decided by revision ${await service.revision()}.`,
    );
  });

  test("takes what the log does not show for unknown, and says so", async () => {
    const hidden = log.replaceAll('"value":"PT"', '"value":"hmac:x","redacted":true');
    using workspace = await workspaceWith({ "postern.log": hidden });
    const { out, err } = await workspace.run(["explain", "--decision", ids[0] ?? "", "--log", "postern.log"]);
    expect(out).toStartWith("DENY  payroll");
    expect(err).toContain("It was logged as permit (policy_allowed)");
  });

  test.each([
    [
      "a decision that is not in the log",
      ["--decision", "nothing", "--log", "postern.log"],
      "the log holds no decision",
    ],
    ["a log that is not there", ["--decision", "nothing", "--log", "none.log"], "there is no such file"],
  ])("exits with 2 for %s", async (_, args, told) => {
    using workspace = await workspaceWith({ "postern.log": log });
    const { code, out, err } = await workspace.run(["explain", ...args]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(told);
  });

  test("exits with 2 where the application is gone", async () => {
    using workspace = await workspaceWith({
      "postern.log": log,
      "policies.yaml": TEAM_POLICIES.replaceAll("payroll", "other"),
    });
    const { code, err } = await workspace.run([
      "explain",
      "--decision",
      ids[0] ?? "",
      "--log",
      "postern.log",
    ]);
    expect([code, err]).toEqual([
      2,
      'postern: the application of that decision, "payroll", is no longer configured\n',
    ]);
  });
});
