import { expect, test } from "bun:test";
import { join } from "node:path";
import { KINDS } from "../../src/config/import/kinds.ts";
import { CONFIG, Workspace } from "../support/run-verb.ts";
import { allow, application, GROUP_ID } from "./support.ts";

const page = await Bun.file(join(import.meta.dir, "../../docs/import.md")).text();
const commands = [...page.matchAll(/^postern (.*)$/gm)].map(([, command = ""]) => command);

const EXPORT = {
  "export/apps.json": {
    result: [
      application("wiki", "wiki.example.com", {
        policies: [allow("Staff", { include: [{ group: { id: GROUP_ID } }] })],
      }),
    ],
    success: true,
  },
  "export/groups.json": {
    result: [{ id: GROUP_ID, name: "Staff", include: [{ email_domain: { domain: "example.com" } }] }],
    success: true,
  },
};
const TESTS = `
cases:
  - { name: staff get in, application: wiki, facts: { email: ann@example.com }, expect: permit }
  - { name: others do not, application: wiki, facts: { email: eve@evil.test }, expect: deny }
`;

test("the commands of the documentation lead from an export to policies that are checked, linted and tested", async () => {
  using workspace = new Workspace();
  await workspace.write({
    "postern.yaml": CONFIG.replace("./policies.yaml", "./policies"),
    "wiki.test.yaml": TESTS,
    ...Object.fromEntries(Object.entries(EXPORT).map(([file, value]) => [file, JSON.stringify(value)])),
  });
  expect(commands.map((command) => command.split(" ")[0])).toEqual(["import", "check", "lint", "test"]);
  for (const command of commands) {
    const args = command.split(" ").flatMap((arg) => (arg === "export/*.json" ? Object.keys(EXPORT) : [arg]));
    const { code, out, err } = await workspace.run(args);
    expect({ command, code, err }).toEqual({ command, code: 0, err: "" });
    if (args[0] === "test") expect(out).toContain("2 passed, 0 failed");
  }
});

test("the documentation knows every file that is written", () => {
  const files = Object.keys(KINDS).filter((section) => section !== "applications");
  for (const section of files) expect(page).toContain(`\`${section.replaceAll("_", "-")}.yaml\``);
});
