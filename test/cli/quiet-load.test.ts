import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDirectory } from "../../src/cli/load-directory.ts";
import { loadQuietly } from "../../src/cli/quiet-load/load-quietly.ts";
import { createAssembly, takeApart } from "../../src/cli/quiet-load/policy-parts.ts";
import { loadPolicies } from "../../src/config/policies/load-policies.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-quiet-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** So many applications, with policies of their own and one that all of them share. */
function policiesOf(count: number): object {
  return {
    policies: [{ id: "staff", name: "Staff", decision: "allow", include: [{ group: { id: "people" } }] }],
    groups: [{ id: "people", name: "People", include: [{ email_domain: { domain: "example.com" } }] }],
    lists: [{ id: "vip", name: "VIP", type: "EMAIL", items: [{ value: "ada@example.com" }] }],
    applications: Array.from({ length: count }, (_, index) => ({
      name: `app-${index}`,
      domain: `app-${index}.example.com`,
      policies: [
        "staff",
        {
          name: "Portugal",
          decision: "deny",
          include: [{ geo: { country_code: "PT" } }],
          exclude: [{ email_list: { id: "vip" } }, { ip: { ip: "2001:db8::/32" } }],
        },
      ],
    })),
  };
}

async function write(name: string, policies: object | string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof policies === "string" ? policies : JSON.stringify(policies));
  return file;
}

describe("policies that are loaded while others are answered", () => {
  test.each([1, 300])("are what they are otherwise, with %i applications", async (count) => {
    const file = await write(`${count}.json`, policiesOf(count));
    const [quietly, otherwise] = [await loadQuietly(file), await loadDirectory(file)];
    expect(quietly.faults).toEqual([]);
    expect(quietly.directory?.revision).toBe(otherwise.directory?.revision ?? "");
    expect(quietly.directory?.policies.set).toEqual(otherwise.directory?.policies.set);
    const first = quietly.directory?.findByName("app-0");
    expect(first?.requirements).toEqual(otherwise.directory?.findByName("app-0")?.requirements);
    expect(Object.isFrozen(first?.application.policies[1]?.include)).toBe(true);
  });

  test("share what they share otherwise", async () => {
    const file = await write("shared.json", policiesOf(300));
    const { directory } = await loadQuietly(file);
    const staff = directory?.policies.set.policies[0];
    expect(staff?.name).toBe("Staff");
    for (const { policies } of directory?.policies.set.applications ?? []) expect(policies[0]).toBe(staff);
  });

  test("have the same faults, each at its place", async () => {
    const text = JSON.stringify(policiesOf(300), null, 1).replaceAll('"deny"', '"perhaps"');
    const file = await write("faulty.json", text);
    const [quietly, otherwise] = [await loadQuietly(file), await loadDirectory(file)];
    expect(quietly.directory).toBeNull();
    expect(quietly.faults).toHaveLength(300);
    expect(quietly.faults).toEqual(otherwise.faults);
  });

  test("that are not there are told of", async () => {
    const { directory, faults } = await loadQuietly(join(folder, "nowhere"));
    expect(directory).toBeNull();
    expect(faults).toHaveLength(1);
  });

  test("leave others their turns", async () => {
    const file = await write("many.json", policiesOf(300));
    let turns = 0;
    let loading = true;
    const turn = () => {
      turns++;
      if (loading) setImmediate(turn);
    };
    setImmediate(turn);
    await loadQuietly(file);
    loading = false;
    expect(turns).toBeGreaterThan(10);
  });
});

test("parts are small, and whole once the last of them is there", async () => {
  const read = await loadPolicies(await write("parts.json", policiesOf(300)));
  const parts = [...takeApart(read)];
  expect(parts.length).toBeGreaterThan(10);
  const assemble = createAssembly();
  const assembled = structuredClone(parts).map(assemble);
  expect(assembled.slice(0, -1).every((whole) => whole === null)).toBe(true);
  expect(assembled.at(-1)).toEqual(read);
});
