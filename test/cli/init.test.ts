import { describe, expect, test } from "bun:test";
import { Workspace } from "../support/run-verb.ts";

const FILES = ["postern.yaml", "policies/wiki.yaml", "policies/wiki.test.yaml"];

describe("init", () => {
  test.each([
    ["here", []],
    ["in a folder that it makes", ["new/postern"]],
  ])("writes %s what passes check and test, and says what to do next", async (_, args) => {
    using workspace = new Workspace();
    const folder = args[0] === undefined ? "" : `${args[0]}/`;
    const { code, out } = await workspace.run(["init", ...args]);
    expect(code).toBe(0);
    for (const file of FILES) expect(out).toContain(`✓  ${folder}${file}`);
    const next = [...out.matchAll(/^ {2}bun \S+main\.ts (.*)$/gm)].map(([, command = ""]) =>
      command.split(" "),
    );
    expect(next.map(([verb]) => verb)).toEqual(["check", "test", "serve"]);
    for (const command of next.slice(0, 2)) expect((await workspace.run(command)).code).toBe(0);
  });

  test("warns of nothing but the missing passphrase", async () => {
    using workspace = new Workspace();
    await workspace.run(["init"]);
    const { warnings } = JSON.parse((await workspace.run(["check", "--json"])).out);
    expect(warnings).toEqual([expect.objectContaining({ message: expect.stringContaining("passphrase") })]);
  });

  test.each(FILES)("overwrites nothing: %s is there already", async (file) => {
    using workspace = new Workspace();
    await workspace.write({ [file]: "mine" });
    const { code, err } = await workspace.run(["init"]);
    expect(code).toBe(2);
    expect(err).toBe(`postern: ${file} is there already, and nothing is overwritten: name another folder\n`);
    expect(await workspace.read(file)).toBe("mine");
    for (const other of FILES.filter((name) => name !== file)) {
      expect(await Bun.file(`${workspace.folder}/${other}`).exists()).toBe(false);
    }
  });
});
