import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryVault } from "../../src/token/directory-vault.ts";
import type { KeyVault } from "../../src/token/key-vault.ts";
import { encodeRingRecord, type Purpose, type RingRecord } from "../../src/token/ring-record.ts";
import { createStoreVault } from "../../src/token/store-vault.ts";
import { refusalOf } from "./access-team.ts";
import { MemoryStore } from "./key-ring-rig.ts";

const root = mkdtempSync(join(tmpdir(), "postern-keys-"));
afterAll(() => rmSync(root, { recursive: true }));

let directories = 0;
const newDirectory = () => join(root, String(directories++), "keys");

function createRecord(version: number, kid = "k", purpose: Purpose = "verdict"): RingRecord {
  const publicJwk = { kty: "EC", crv: "P-256", x: "x", y: "y" } as const;
  const key = {
    kid,
    algorithm: "ES256",
    publicJwk,
    publishedAt: 1,
    sealedKey: "clear.AA",
    sealedVersion: 1,
  } as const;
  return { purpose, version, active: { ...key, activatedAt: 1 }, pending: key, retiring: [], revoked: [] };
}

async function fill(vault: KeyVault, versions: number): Promise<void> {
  for (let version = 1; version <= versions; version++) {
    expect(await vault.replace(createRecord(version, `k${version}`))).toBe(true);
  }
}

/** What holds for every vault. */
describe.each([
  ["directory", () => createDirectoryVault(newDirectory())],
  ["store", () => createStoreVault(new MemoryStore())],
])("the contract of a vault: %s", (_, createVault) => {
  test("is empty at first", async () => {
    expect(await createVault().read("verdict")).toBeNull();
  });

  test("reads what it was given, however many versions there were", async () => {
    const vault = createVault();
    await fill(vault, 130);
    expect(await vault.read("verdict")).toEqual(createRecord(130, "k130"));
  });

  test("takes the next version and no other", async () => {
    const vault = createVault();
    await fill(vault, 2);
    expect(await vault.replace(createRecord(2, "late"))).toBe(false);
    expect(await vault.replace(createRecord(1, "later"))).toBe(false);
    expect(await vault.read("verdict")).toEqual(createRecord(2, "k2"));
  });

  test("of five that write the same version one wins, and all read its keys", async () => {
    const vault = createVault();
    const kids = ["a", "b", "c", "d", "e"];
    const won = await Promise.all(kids.map((kid) => vault.replace(createRecord(1, kid))));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await vault.read("verdict")).toEqual(createRecord(1, kids[won.indexOf(true)]));
  });

  test("loses no change when four writers race", async () => {
    const vault = createVault();
    const write = async () => {
      for (let wins = 0; wins < 5; ) {
        const version = ((await refusalOrRecord(vault))?.version ?? 0) + 1;
        if (await vault.replace(createRecord(version))) wins++;
      }
    };
    await Promise.all([write(), write(), write(), write()]);
    expect((await vault.read("verdict"))?.version).toBeGreaterThanOrEqual(20);
  });

  test("keeps each purpose by itself", async () => {
    const vault = createVault();
    await vault.replace(createRecord(1, "v", "verdict"));
    expect(await vault.read("evaluation")).toBeNull();
    await vault.replace(createRecord(1, "e", "evaluation"));
    expect((await vault.read("verdict"))?.active.kid).toBe("v");
  });
});

/** Under a race a read may give up; it is tried again. */
async function refusalOrRecord(vault: KeyVault): Promise<RingRecord | null> {
  for (;;) {
    try {
      return await vault.read("verdict");
    } catch (error) {
      expect(error).toHaveProperty("code", "vault_unavailable");
    }
  }
}

describe("the directory vault", () => {
  test("is for its owner's eyes only", async () => {
    const directory = newDirectory();
    await fill(createDirectoryVault(directory), 1);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "verdict.1.json")).mode & 0o777).toBe(0o600);
  });

  test.each([0o640, 0o604, 0o620, 0o644])("refuses keys that others may open: mode %o", async (mode) => {
    const directory = newDirectory();
    const vault = createDirectoryVault(directory);
    await fill(vault, 1);
    chmodSync(join(directory, "verdict.1.json"), mode);
    expect(await refusalOf(() => vault.read("verdict"))).toBe("vault_exposed");
    expect(vault.read("verdict")).rejects.toThrow(
      `${join(directory, "verdict.1.json")} holds signing keys and is open`,
    );
  });

  test("keeps the newest version only, and leaves what is not its own alone", async () => {
    const directory = newDirectory();
    const vault = createDirectoryVault(directory);
    await fill(vault, 1);
    const others = [
      "README",
      "evaluation.1.json",
      "evaluation.x.draft",
      "verdict.01.json",
      "verdict.backup.json",
    ];
    for (const name of others) writeFileSync(join(directory, name), "");
    await vault.replace(createRecord(2));
    expect(readdirSync(directory).sort()).toEqual([...others, "verdict.2.json"].sort());
  });

  test.each([
    ["while it wrote its draft", { "verdict.x.draft": '{"purp' }, 1],
    ["before the draft got its name", { "verdict.x.draft": encodeRingRecord(createRecord(2)) }, 1],
    [
      "before the draft was removed",
      { "verdict.x.draft": encodeRingRecord(createRecord(2)), "verdict.2.json": "" },
      2,
    ],
    ["before the old version was removed", { "verdict.2.json": "" }, 2],
  ])("a writer that died %s left a whole version", async (_, files, version) => {
    const directory = newDirectory();
    const vault = createDirectoryVault(directory);
    await fill(vault, 1);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(directory, name), text || encodeRingRecord(createRecord(2)), { mode: 0o600 });
    }
    expect((await vault.read("verdict"))?.version).toBe(version);
    expect(await vault.replace(createRecord(version + 1))).toBe(true);
    expect(readdirSync(directory)).toEqual([`verdict.${version + 1}.json`]);
  });

  test("tells of a file where the directory should be", async () => {
    const path = newDirectory();
    await Bun.write(path, "");
    const vault = createDirectoryVault(path);
    expect(await refusalOf(() => vault.read("verdict"))).toBe("vault_unavailable");
    expect(await refusalOf(() => vault.replace(createRecord(1)))).toBe("vault_unavailable");
  });

  test("gives up on a version that never stays to be read", async () => {
    const directory = newDirectory();
    const vault = createDirectoryVault(directory);
    await fill(vault, 1);
    rmSync(join(directory, "verdict.1.json"));
    symlinkSync("nowhere", join(directory, "verdict.1.json"));
    expect(await refusalOf(() => vault.read("verdict"))).toBe("vault_unavailable");
  });
});

describe("the store vault", () => {
  test("leaves no private key behind in a version that has a successor", async () => {
    const store = new MemoryStore();
    await fill(createStoreVault(store), 3);
    const superseded = [...store.values].filter(([, value]) => !value.includes("sealedKey"));
    expect(superseded.map(([key]) => key)).toEqual(["keys/verdict/1", "keys/verdict/2"]);
  });

  test("a version stands even if nobody could be told of it", async () => {
    const store = new MemoryStore();
    const vault = createStoreVault(store);
    await fill(vault, 1);
    store.fault = (operation) => {
      if (operation === "publish" || operation === "set") throw new Error("connection lost");
    };
    expect(await vault.replace(createRecord(2))).toBe(true);
    expect((await vault.read("verdict"))?.version).toBe(2);
  });

  test("a store that cannot be reached is never an empty one", async () => {
    const store = new MemoryStore();
    const vault = createStoreVault(store);
    store.fault = () => {
      throw new Error("connection refused");
    };
    expect(await refusalOf(() => vault.read("verdict"))).toBe("vault_unavailable");
    expect(await refusalOf(() => vault.replace(createRecord(1)))).toBe("vault_unavailable");
    expect(await refusalOf(() => vault.watch?.("verdict", () => undefined))).toBe("vault_unavailable");
  });

  test("is read from the beginning where it lost what was seen in it", async () => {
    const store = new MemoryStore();
    const vault = createStoreVault(store);
    await fill(vault, 3);
    await vault.read("verdict");
    store.values.clear();
    expect(await vault.read("verdict")).toBeNull();
    await createStoreVault(store).replace(createRecord(1, "restored"));
    expect((await vault.read("verdict"))?.active.kid).toBe("restored");
  });

  test("gives up where the newest version is always gone", async () => {
    const store = new MemoryStore();
    store.values.set("keys/verdict/1", "superseded");
    expect(await refusalOf(() => createStoreVault(store).read("verdict"))).toBe("vault_unavailable");
  });

  test("tells those who watch, until they do not", async () => {
    const vault = createStoreVault(new MemoryStore());
    let heard = 0;
    const unwatch = await vault.watch?.("verdict", () => heard++);
    await vault.replace(createRecord(1, "e", "evaluation"));
    expect(heard).toBe(0);
    await vault.replace(createRecord(1));
    unwatch?.();
    await vault.replace(createRecord(2));
    expect(heard).toBe(1);
  });
});

describe("a kept ring that was tampered with", () => {
  const good = createRecord(1);
  const publicJwk = { ...good.active.publicJwk, d: "private" };
  test.each([
    ["no JSON", "{"],
    ["empty", ""],
    ["an empty object", "{}"],
    ["another purpose", JSON.stringify({ ...good, purpose: "evaluation" })],
    ["another version", JSON.stringify({ ...good, version: 2 })],
    ["no pending key", JSON.stringify({ ...good, pending: null })],
    ["an unknown algorithm", JSON.stringify({ ...good, active: { ...good.active, algorithm: "HS256" } })],
    [
      "a private member among the public ones",
      JSON.stringify({ ...good, active: { ...good.active, publicJwk } }),
    ],
    ["a duplicate name", JSON.stringify(good).replace("{", '{"version":1,')],
    [
      "three keys that retire",
      JSON.stringify({ ...good, retiring: Array(3).fill({ ...good.active, retiredAt: 1 }) }),
    ],
  ])("is refused: %s", async (_, text) => {
    const store = new MemoryStore();
    store.values.set("keys/verdict/1", text);
    expect(await refusalOf(() => createStoreVault(store).read("verdict"))).toBe("vault_corrupt");
  });
});
