import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { TOP } from "../meta/source-files.ts";
import { type Page, readAllPages, withoutBlocks } from "./pages.ts";

interface Link {
  readonly from: string;
  readonly to: string;
}

/** Links of a page to other files and to headings: `[text](target)`, outside of fenced blocks and code. */
function linksOf({ path, text }: Page): readonly Link[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = ""]) => ({ from: path, to }));
}

/** Headings as they are linked to. */
function anchorsOf({ text }: Page): ReadonlySet<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

const pages = await readAllPages();
const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));

function isDead({ from, to }: Link): boolean {
  if (/^https?:\/\//.test(to)) return false;
  const [file = "", anchor] = to.split("#");
  const target = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(TOP, target))) return true;
  return anchor !== undefined && !anchors.get(target)?.has(anchor);
}

test("every link leads to a file, and to a heading of it, that exists", () => {
  const dead = pages.flatMap(linksOf).filter(isDead);
  expect(dead.map(({ from, to }) => `${from}: ${to}`)).toEqual([]);
});

test("every page is linked from the first one, or from one that is", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    const page = pages.find((candidate) => candidate.path === path);
    for (const { to } of page ? linksOf(page) : []) {
      const file = to.split("#")[0] ?? "";
      if (file.endsWith(".md") && !file.startsWith("http")) reached.add(join(dirname(path), file));
    }
  }
  expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
});
