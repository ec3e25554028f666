import { describe, expect, test } from "bun:test";
import { Workspace } from "../support/run-verb.ts";

describe("a command line that makes no sense exits with 2 and says what would", () => {
  test.each([
    [["chek"], "(Did you mean check?)"],
    [["frobnicate"], "unknown command 'frobnicate'"],
    [["check", "--jsno"], "(Did you mean --json?)"],
    [["check", "too", "many"], "too many arguments for 'check'"],
    [["check", "--config"], "option '-c, --config <file>' argument missing"],
    [["test", "--reporter", "xml"], "Allowed choices are text, junit"],
    [["keys", "lst"], "(Did you mean list?)"],
    [["keys", "revoke"], "missing required argument 'kid'"],
    [["explain", "--json", "--fact", "x"], "(Did you mean --facts?)"],
  ])("%j", async (args, hint) => {
    using workspace = new Workspace();
    const { code, out, err } = await workspace.run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(hint);
    expect(err).toContain("postern --help");
  });

  test("nothing at all shows what there is", async () => {
    using workspace = new Workspace();
    const { code, err } = await workspace.run([]);
    expect(code).toBe(2);
    expect(err).toContain("Usage: postern");
  });
});

test("help is no misuse: it goes to standard output and exits with 0", async () => {
  using workspace = new Workspace();
  for (const args of [["--help"], ["help"], ["check", "--help"], ["help", "check"]]) {
    const { code, out, err } = await workspace.run(args);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toStartWith("Usage: postern");
  }
});

test("every verb says in its help what it does", async () => {
  using workspace = new Workspace();
  const { out } = await workspace.run(["--help"]);
  for (const verb of ["serve", "demo", "init", "check", "test", "explain", "keys"]) {
    expect(out).toMatch(new RegExp(`^  ${verb}\\b.* {2,}\\S`, "m"));
  }
});

describe("as a process", () => {
  test("postern ends with the exit code of its verb", async () => {
    using workspace = new Workspace();
    const { code, out, err } = await workspace.runProcess(["chek"]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("(Did you mean check?)");
  });

  test.each([
    ["no terminal", {}],
    ["NO_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1", TERM: "xterm-256color" }],
  ])("postern writes no colours under %s", async (_, env) => {
    using workspace = new Workspace();
    await workspace.run(["init"]);
    const { code, out, err } = await workspace.runProcess(["check"], { env });
    expect(code).toBe(0);
    expect(out + err).not.toContain("\u001b");
  });
});
