import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";
import { renderFault } from "../../src/core/place.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-policies-"));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const groupNamed = (name: string) => `groups: [ { name: ${name}, include: [ { everyone: {} } ] } ]`;

async function groupsIn(path: string): Promise<readonly string[] | undefined> {
  return (await loadPolicies(path)).policySet?.groups.map(({ name }) => name);
}

async function faultsIn(path: string): Promise<readonly string[]> {
  return (await loadPolicies(path)).faults.map(renderFault);
}

test("a file is read whatever its name", async () => {
  await write("access.conf", groupNamed("a"));
  expect(await groupsIn(join(folder, "access.conf"))).toEqual(["a"]);
});

test("a folder is read file by file: YAML and JSON, but nothing hidden, no tests and no folders in it", async () => {
  await write("a.yaml", groupNamed("a"));
  await write("b.yml", groupNamed("b"));
  await write("c.json", JSON.stringify({ groups: [{ name: "c", include: [{ everyone: {} }] }] }));
  await write(".d.yaml", groupNamed("d"));
  await write("e.test.yaml", "cases: []");
  await write("README.md", "# Policies");
  await mkdir(join(folder, "f.yaml"));
  expect(await groupsIn(folder)).toEqual(["a", "b", "c"]);
});

test("a Kubernetes volume, which is made of links, is read once", async () => {
  await mkdir(join(folder, "..2026_11_21"));
  await writeFile(join(folder, "..2026_11_21", "a.yaml"), groupNamed("a"));
  await symlink("..2026_11_21", join(folder, "..data"));
  await symlink(join("..data", "a.yaml"), join(folder, "a.yaml"));
  expect(await groupsIn(folder)).toEqual(["a"]);
});

test("faults name the file under the path that was asked for", async () => {
  await write("a.yaml", "groups: 3");
  await write("b.yaml", "lists: 3");
  expect(await faultsIn(folder)).toEqual([
    `${join(folder, "a.yaml")}:1:9  groups: expected a list, found the number 3`,
    `${join(folder, "b.yaml")}:1:8  lists: expected a list, found the number 3`,
  ]);
});

test("a folder without policy files is a fault: it would deny everything", async () => {
  await write("README.md", "# Policies");
  expect(await faultsIn(folder)).toEqual([
    `${folder}  the folder holds no policy files (.yaml, .yml, .json)`,
  ]);
});

test("a path that is not there is a fault", async () => {
  const path = join(folder, "missing");
  expect(await faultsIn(path)).toEqual([`${path}  the file cannot be read: there is no such file`]);
});

test("a file that is no text is a fault", async () => {
  await writeFile(join(folder, "a.yaml"), new Uint8Array([0xff, 0xfe, 0x00]));
  expect((await loadPolicies(folder)).policySet).toBeNull();
});
