import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSourceFile } from "../../src/config/read-source-file.ts";
import { renderFault } from "../../src/core/place.ts";

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-read-"));
  path = join(folder, "p.yaml");
});

afterAll(() => rm(folder, { recursive: true }));

const faults = async () => (await readSourceFile(path)).faults.map(renderFault);

test("a file is read, its name kept for messages", async () => {
  await writeFile(path, "a: 1\n");
  const { source } = await readSourceFile(path);
  expect(source?.value).toEqual({ a: 1 });
  expect(source?.placeOf(["a"])).toEqual({ file: path, line: 1, column: 4 });
});

test("a file that never keeps still is refused", async () => {
  let n = 0;
  const writer = setInterval(() => writeFileSync(path, `a: ${n++}\n`), 1);
  try {
    expect(await faults()).toEqual([
      `${path}  the file changes while it is read; write it aside, then rename it`,
    ]);
  } finally {
    clearInterval(writer);
  }
});

test("a file over 8 MiB is refused before it is read", async () => {
  await writeFile(path, "");
  await truncate(path, 8 * 1024 * 1024 + 1);
  expect(await faults()).toEqual([`${path}  the file is larger than 8 MiB; split it`]);
});
