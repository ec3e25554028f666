import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Watch, watchFiles } from "../../src/config/watch.ts";

let folder: string;
let watch: Watch | null;
let changes: number;
let wake: () => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-watch-"));
  watch = null;
  changes = 0;
  wake = () => {};
});

afterEach(async () => {
  watch?.close();
  await rm(folder, { recursive: true });
});

async function start(...names: readonly string[]): Promise<void> {
  const paths = names.map((name) => join(folder, name));
  watch = await watchFiles(paths, () => {
    changes++;
    wake();
  });
}

/** Makes a change, and waits until it is seen. */
async function seen(change: () => Promise<unknown>): Promise<void> {
  const noticed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  await change();
  await noticed;
}

const write = (name: string, text: string) => writeFile(join(folder, name), text);

async function replace(name: string, text: string): Promise<void> {
  await write(`${name}.tmp`, text);
  await rename(join(folder, `${name}.tmp`), join(folder, name));
}

/** As Kubernetes mounts a ConfigMap: `name` → `..data/name`, `..data` → a folder of that version. */
async function mount(version: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(folder, `..${version}`));
  for (const [name, text] of Object.entries(files)) {
    await write(`..${version}/${name}`, text);
    await symlink(`..data/${name}`, join(folder, name)).catch(() => {});
  }
  await symlink(`..${version}`, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
}

test("a file that is written is seen", async () => {
  await write("a.yaml", "1");
  await start("a.yaml");
  await seen(() => write("a.yaml", "22"));
  await seen(() => appendFile(join(folder, "a.yaml"), "3"));
});

test("a file that a rename replaces is seen, again and again", async () => {
  await write("a.yaml", "0");
  await start("a.yaml");
  for (const text of ["1", "2", "3"]) await seen(() => replace("a.yaml", text));
});

test("a file that goes and comes back is seen", async () => {
  await write("a.yaml", "0");
  await start("a.yaml");
  await seen(() => rm(join(folder, "a.yaml")));
  await seen(() => write("a.yaml", "0"));
});

test("a swap of Kubernetes' ..data is seen, again and again", async () => {
  await mount("v1", { "a.yaml": "1" });
  await start("a.yaml");
  for (const version of ["v2", "v3"]) {
    await seen(() => mount(version, { "a.yaml": version }));
    // Kubernetes does not, but an editor might: the file behind the links is written.
    await seen(() => write(`..${version}/a.yaml`, `${version}, edited`));
  }
});

test("a swap of ..data under a folder of policies is seen", async () => {
  await mount("v1", { "a.yaml": "1", "b.yaml": "1" });
  await start("");
  await seen(() => mount("v2", { "a.yaml": "1", "b.yaml": "2" }));
  await seen(() => mount("v3", { "a.yaml": "1" }));
});

test("in a folder, new, changed, renamed and removed files are seen, and those of its folders", async () => {
  await mkdir(join(folder, "policies"));
  await write("policies/a.yaml", "1");
  await start("policies");
  await seen(() => write("policies/b.yaml", "1"));
  await seen(() => write("policies/a.yaml", "22"));
  await seen(() => rename(join(folder, "policies/b.yaml"), join(folder, "policies/c.yaml")));
  await seen(() => rm(join(folder, "policies/c.yaml")));
  await seen(() => mkdir(join(folder, "policies/team")));
  await seen(() => write("policies/team/d.yaml", "1"));
});

test("a folder that another replaces is seen, and so is what happens in the new one", async () => {
  await mkdir(join(folder, "policies"));
  await mkdir(join(folder, "next"));
  await write("policies/a.yaml", "1");
  await write("next/a.yaml", "1");
  await start("policies");
  await seen(async () => {
    await rename(join(folder, "policies"), join(folder, "old"));
    await rename(join(folder, "next"), join(folder, "policies"));
  });
  await seen(() => write("policies/a.yaml", "22"));
});

test("other files of the same folder are no change", async () => {
  await write("a.yaml", "0");
  await start("a.yaml");
  for (let i = 0; i < 20; i++) await write("postern.db", "x".repeat(i));
  await seen(() => write("a.yaml", "11"));
  for (let i = 0; i < 20; i++) await write("postern.db", "y".repeat(i));
  await seen(() => write("a.yaml", "222"));
  expect(changes).toBe(2);
});

test("nothing is seen once it is closed", async () => {
  await write("a.yaml", "0");
  await start("a.yaml");
  watch?.close();
  await write("a.yaml", "11");
  // Another watch that sees a later change has given the first one its chance.
  const other = await watchFiles([join(folder, "b.yaml")], () => wake());
  await seen(() => write("b.yaml", "1"));
  other.close();
  expect(changes).toBe(0);
});
