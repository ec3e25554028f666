import { describe, expect, test } from "bun:test";
import { Workspace } from "../support/run-verb.ts";

describe("a command line that makes no sense exits with 2 and says what would", () => {
  test.each([
    [["chek"], "(Did you mean check?)", "postern"],
    [["frobnicate"], "unknown command 'frobnicate'", "postern"],
    [["check", "--jsno"], "(Did you mean --json?)", "postern check"],
    [["check", "too", "many"], "too many arguments for 'check'", "postern check"],
    [["check", "--config"], "option '-c, --config <file>' argument missing", "postern check"],
    [["test", "--reporter", "xml"], "Allowed choices are text, junit", "postern test"],
    [["keys", "lst"], "(Did you mean list?)", "postern keys"],
    [["keys", "revoke"], "missing required argument 'kid'", "postern keys revoke"],
    [["keys", "rotate", "--purpose", "x"], "Allowed choices are evaluation, verdict", "postern keys rotate"],
    [["explain", "--json", "--fact", "x"], "(Did you mean --facts?)", "postern explain"],
  ])("%j", async (args, hint, command) => {
    using workspace = new Workspace();
    const { code, out, err } = await workspace.run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toStartWith("postern: ");
    expect(err).toContain(hint);
    expect(err).toEndWith(`(${command} --help tells what there is)\n`);
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

test("the version is that of the package", async () => {
  using workspace = new Workspace();
  const { version } = await Bun.file("package.json").json();
  expect(await workspace.run(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
});

describe("what cannot be written is told, with the reason, and ends with 2", () => {
  test.each([
    ["init", ["init", "taken"]],
    ["new-plugin", ["new-plugin", "asset-tags"]],
    ["import", ["import", "apps.json", "--out", "taken"]],
  ])("%s", async (_, args) => {
    using workspace = new Workspace();
    await workspace.write({
      taken: "a file",
      plugins: "a file",
      "apps.json": '{ "name": "a", "domain": "a.example.com" }',
    });
    const { code, out, err } = await workspace.run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(
      /^postern: cannot write .*: a (?:file is there|part of the path is a file), .*; name another folder\n$/,
    );
  });
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
