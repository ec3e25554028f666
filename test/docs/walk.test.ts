import { expect, test } from "bun:test";
import { walk } from "./walk.ts";

const page = (text: string) => ({ path: "page.md", text });

test("a page that shows what is not so is found out", async () => {
  const untruths = await walk(page("```console\n$ echo one\ntwo\n$ false\n```\n"));
  expect(untruths).toEqual([
    { place: "page.md:1", shown: "$ echo one\ntwo", found: "one\n" },
    { place: "page.md:1", shown: "$ false", found: "exit code 1\n" },
  ]);
});

test("a failure that is shown with its code is none", async () => {
  expect(await walk(page("```console\n$ false\n$ echo $?\n1\n```\n"))).toEqual([]);
});

test("a folder that was changed to is where the next block is run and its files are written", async () => {
  const text =
    "```console\n$ mkdir a\n$ cd a\n```\n\n```json b.log\n{}\n```\n\n```console\n$ cat b.log\n{}\n```\n";
  expect(await walk(page(text))).toEqual([]);
});

test("a file that would be refused is found out", async () => {
  const [untruth] = await walk(page("```yaml\n# postern.yaml\nstore: nowhere\n```\n"));
  expect(untruth?.found).toContain("postern.yaml:2:8");
});
