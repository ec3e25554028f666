import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { createReloader, type Loaded, type ReloadFailure } from "../../src/config/reload.ts";
import type { Fault } from "../../src/core/place.ts";

const FAULT: Fault = { place: { file: "p.yaml", line: 1, column: 1 }, message: "broken" };

/** A reloader over a script of loads, with all it did. */
function scripted(loads: (Loaded<string> | Error)[], apply?: (value: string) => Promise<void>) {
  const applied: string[] = [];
  const failures: ReloadFailure[] = [];
  let now = 0;
  const reloader = createReloader<string>({
    clock: () => ++now,
    load: async () => {
      const next = loads.shift();
      if (next === undefined) throw new Error("the script has ended");
      if (next instanceof Error) throw next;
      return next;
    },
    apply: async (value) => {
      await apply?.(value);
      applied.push(value);
    },
    onFault: (failure) => failures.push(failure),
  });
  return { reloader, applied, failures };
}

const good = (value: string): Loaded<string> => ({ value, revision: `rev-${value}`, faults: [] });
const bad: Loaded<string> = { faults: [FAULT] };

describe("a reload", () => {
  test("activates a valid set", async () => {
    const { reloader, applied } = scripted([good("a")]);
    expect(reloader.state()).toEqual({ revision: null, loadedAt: null, lastError: null });
    expect(await reloader.reload()).toBe(true);
    expect(applied).toEqual(["a"]);
    expect(reloader.state()).toEqual({ revision: "rev-a", loadedAt: 1, lastError: null });
  });

  test("keeps the last good set when the new one is faulty, and says so", async () => {
    const { reloader, applied, failures } = scripted([good("a"), bad]);
    await reloader.reload();
    expect(await reloader.reload()).toBe(false);
    expect(applied).toEqual(["a"]);
    const lastError = { at: 2, faults: [FAULT], cause: null };
    expect(reloader.state()).toEqual({ revision: "rev-a", loadedAt: 1, lastError });
    expect(failures).toEqual([lastError]);
  });

  test("forgets the error once a good set is active", async () => {
    const { reloader, applied } = scripted([good("a"), bad, good("b")]);
    for (let i = 0; i < 3; i++) await reloader.reload();
    expect(applied).toEqual(["a", "b"]);
    expect(reloader.state()).toEqual({ revision: "rev-b", loadedAt: 3, lastError: null });
  });

  test("is refused where loading itself fails", async () => {
    const cause = new Error("disk on fire");
    const { reloader, failures } = scripted([good("a"), cause]);
    await reloader.reload();
    expect(await reloader.reload()).toBe(false);
    expect(reloader.state().revision).toBe("rev-a");
    expect(failures).toEqual([{ at: 2, faults: [], cause }]);
  });

  test("is refused where the set cannot be made active", async () => {
    const { reloader, applied } = scripted([good("a"), good("b"), good("c")], async (value) => {
      if (value === "b") throw new Error("port taken");
    });
    await reloader.reload();
    expect(await reloader.reload()).toBe(false);
    expect(reloader.state().revision).toBe("rev-a");
    expect(await reloader.reload()).toBe(true);
    expect(applied).toEqual(["a", "c"]);
  });
});

test("loads never overlap, and a call during a load is answered by a later one", async () => {
  let version = 0;
  let inside = 0;
  let loads = 0;
  const applied: number[] = [];
  const reloader = createReloader<number>({
    clock: () => 0,
    load: async () => {
      expect(++inside).toBe(1);
      loads++;
      const value = version;
      await Bun.sleep(1);
      return { value, revision: String(value), faults: [] };
    },
    apply: async (value) => {
      await Bun.sleep(1);
      applied.push(value);
      inside--;
    },
    onFault: ({ cause }) => {
      throw cause;
    },
  });
  // Each caller sees at least what was there when it called, even one that calls again at once.
  const calls = Array.from({ length: 40 }, async (_, index) => {
    await Bun.sleep(index % 7);
    for (let again = 0; again < 3; again++) {
      const before = ++version;
      expect(await reloader.reload()).toBe(true);
      expect(Number(reloader.state().revision)).toBeGreaterThanOrEqual(before);
    }
  });
  await Promise.all(calls);
  expect(applied).toEqual(applied.toSorted((a, b) => a - b));
  expect(loads).toBeLessThan(120);
});

/** A configuration that says its number twice, and is none when its end is cut off. */
const valid = (n: number) =>
  `public_url: https://g${n}.example.com\nlisten: { public: "127.0.0.1:1" }\nlogin_url: https://g${n}.example.com/\npolicies: ./p\nstore: "memory:"`;

/** Reloads a file on disk, and keeps what became active: the two places where it says its number. */
function reloaderOf(path: string) {
  const active: string[] = [];
  const reloader = createReloader<string>({
    clock: () => 0,
    load: async (): Promise<Loaded<string>> => {
      const { config, faults } = await loadConfig(path, {});
      const [first, ...rest] = faults;
      if (config === null) return { faults: [first ?? FAULT, ...rest] };
      const value = `${config.publicUrl} ${config.loginUrl}`;
      return { value, revision: value, faults: [] };
    },
    apply: (value) => {
      active.push(value);
    },
    onFault: () => {},
  });
  return { reloader, active };
}

const activeOf = (n: number) => `https://g${n}.example.com https://g${n}.example.com/`;

/** Ways to change the file; each tells whether it left a whole configuration. */
const CHANGES: readonly ((path: string, n: number) => Promise<boolean>)[] = [
  (path, n) => replace(path, valid(n)).then(() => true),
  (path, n) => writeFile(path, valid(n)).then(() => true),
  (path, n) => replace(path, valid(n).slice(0, (n * 37) % valid(n).length)).then(() => false),
  (path, n) => replace(path, `${valid(n)}\nunknown: 1\n`).then(() => false),
  (path, n) => replace(path, valid(n).replace("listen", "\tlisten")).then(() => false),
  (path) => replace(path, "\0".repeat(100)).then(() => false),
  (path) => rm(path, { force: true }).then(() => false),
  async (path, n) => {
    await mkdir(`${path}.${n}`);
    await writeFile(`${path}.${n}/postern.yaml`, valid(n));
    await symlink(`${path}.${n}/postern.yaml`, `${path}.tmp`);
    await rename(`${path}.tmp`, path);
    return true;
  },
];

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text);
  await rename(`${path}.tmp`, path);
}

describe("on a disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "postern-reload-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("through 500 changes, what is active is the last configuration that was whole", async () => {
    const runs = Array.from({ length: 10 }, async (_, run) => {
      const path = join(folder, `${run}.yaml`);
      const { reloader, active } = reloaderOf(path);
      let expected: string | undefined;
      for (let n = run * 50; n < run * 50 + 50; n++) {
        const whole = await CHANGES[(n * 5 + (n >> 3)) % CHANGES.length]?.(path, n);
        if (whole) expected = activeOf(n);
        expect(await reloader.reload()).toBe(whole === true);
        expect(active.at(-1)).toBe(expected);
      }
    });
    await Promise.all(runs);
  });

  test("a file that is written in place while it is read is never active half new and half old", async () => {
    const path = join(folder, "race.yaml");
    const { reloader, active } = reloaderOf(path);
    const whole = new Set<string>();
    const reloads: Promise<boolean>[] = [];
    for (let n = 0; n < 200; n++) {
      const cut = n % 3 === 2;
      if (!cut) whole.add(activeOf(n));
      await writeFile(path, cut ? valid(n).slice(0, -1 - (n % 60)) : valid(n));
      reloads.push(reloader.reload());
      if (n % 20 === 19) await reloads.at(-1);
    }
    await Promise.all(reloads);
    expect(active.length).toBeGreaterThan(0);
    for (const value of active) expect(whole).toContain(value);
  });
});
