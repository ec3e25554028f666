import { expect, test } from "bun:test";
import { Workspace } from "../support/run-verb.ts";
import { codeOf, readPage, rowsOf, sectionOf } from "./pages.ts";

const page = await readPage("README.md");

test("the README has every command of Postern, and no other", async () => {
  using workspace = new Workspace();
  const { out } = await workspace.runProcess(["--help"]);
  const commands = [...out.matchAll(/^ {2}([a-z][\w-]*)\b/gm)].map(([, name = ""]) => name);
  const documented = rowsOf(sectionOf(page, "Commands")).map(
    ([command]) => codeOf(command).split(" ")[1] ?? "",
  );
  expect(documented.toSorted()).toEqual(commands.filter((name) => name !== "help").toSorted());
});

test("the README's first screen says what Postern is before it shows it", () => {
  const [, shown = ""] = page.text.split("```console\n");
  expect(page.text.indexOf("```console")).toBeLessThan(1_200);
  expect(shown).toStartWith("$ npm run demo\n");
});
