import { expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../meta/source-files.ts";
import { codeOf, codesIn, readAllPages, readPage, rowsOf, sectionOf, withoutBlocks } from "./pages.ts";

const page = await readPage("docs/architecture.md");

/** What is no room: the clock, and the way in. */
const NO_ROOMS: ReadonlySet<string> = new Set(["src/clock.ts", "src/main.ts"]);

test("the page has every room of the house", () => {
  const rooms = readdirSync(join(TOP, "src"), { withFileTypes: true })
    .map((entry) => `src/${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((room) => !NO_ROOMS.has(room));
  const documented = rowsOf(sectionOf(page, "The house")).map(([room]) => codeOf(room));
  expect(documented.toSorted()).toEqual(rooms.toSorted());
});

test("every file that the page names exists", () => {
  const named = codesIn(withoutBlocks(page.text)).filter((code) => /^[\w./-]+(?:\.ts|\/)$/.test(code));
  const folders = ["", "src", "src/config/policies"];
  const missing = named.filter((name) => !folders.some((folder) => existsSync(join(TOP, folder, name))));
  expect(named.length).toBeGreaterThan(30);
  expect(missing).toEqual([]);
});

test("every script that the documentation runs is one of package.json", async () => {
  const { scripts }: { scripts: Record<string, string> } = await Bun.file(join(TOP, "package.json")).json();
  const run = (await readAllPages()).flatMap(({ text }) =>
    [...text.matchAll(/\b(?:npm|bun) run ([a-z]+)\b/g)].map(([, name = ""]) => name),
  );
  expect([...new Set(run)].filter((name) => !(name in scripts))).toEqual([]);
});
