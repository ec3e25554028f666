import { readFiles } from "../meta/source-files.ts";

/** A page of the documentation; `path` is relative to the top. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block: its language, what else stands beside that, and where it begins. */
export interface Block {
  readonly language: string;
  readonly title: string;
  readonly line: number;
  readonly text: string;
}

/** Pages with tests of their own, beside what they describe. */
const TESTED_ELSEWHERE: ReadonlySet<string> = new Set([
  "docs/import.md",
  "docs/lint.md",
  "docs/performance.md",
  "docs/plugins.md",
]);

export async function readAllPages(): Promise<readonly Page[]> {
  return readFiles("README.md", "docs/*.md", "docs/proxies/*.md");
}

/** The pages whose commands and files are run here. */
export async function readRunPages(): Promise<readonly Page[]> {
  return (await readAllPages()).filter(({ path }) => !TESTED_ELSEWHERE.has(path));
}

/** The page at `path`. Throws where there is none. */
export async function readPage(path: string): Promise<Page> {
  const [page] = await readFiles(path);
  if (page === undefined) throw new Error(`there is no page ${path}`);
  return page;
}

/** The fenced blocks of a page, in order. */
export function blocksOf({ text }: Page): readonly Block[] {
  return [...text.matchAll(/^```(\w*) *(.*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = "", title = "", content = ""] = match;
    return { language, title, line: text.slice(0, match.index).split("\n").length, text: content };
  });
}

/** The part of a page under a heading, up to the next heading of its level or above. Throws where there is none. */
export function sectionOf({ path, text }: Page, heading: string): string {
  const lines = withoutBlocks(text).split("\n");
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, "") === heading);
  if (start < 0) throw new Error(`${path} has no heading "${heading}"`);
  const level = lines[start]?.indexOf(" ") ?? 0;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(" ") <= level);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join("\n");
}

/** The rows of all tables in some text, cell by cell, without their heads. A `|` inside a cell is written `\|`. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const tables = text.match(/(?:^\|.*\|$\n?)+/gm) ?? [];
  return tables.flatMap((table) => table.trim().split("\n").slice(2).map(cellsOf));
}

function cellsOf(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** What stands between backticks in a cell. */
export function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

/** The first code of every row's cell. */
export function codeOf(cell: string | undefined): string {
  return codesIn(cell ?? "")[0] ?? "";
}

/** Text with what is fenced replaced by empty lines. */
export function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/.*/g, ""));
}
