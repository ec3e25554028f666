import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { createDirectoryVault } from "../../src/token/directory-vault.ts";
import type { KeyRing } from "../../src/token/key-ring.ts";
import { generateKeyPair } from "../../src/token/signing-key.ts";
import { refusalOf } from "./access-team.ts";
import {
  DAY_MS,
  Fleet,
  HOUR_MS,
  kidOf,
  kidsOf,
  MINUTE_MS,
  PASSPHRASE,
  publishedKids,
  START,
} from "./key-ring-rig.ts";

let fleet: Fleet;
beforeEach(() => {
  fleet = new Fleet();
});
afterEach(() => fleet.close());

const verify = async (ring: KeyRing, token: string) => {
  const jwks: JSONWebKeySet = JSON.parse(ring.jwks().body);
  const { payload, protectedHeader } = await compactVerify(token, createLocalJWKSet(jwks));
  return { header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload)) };
};

describe("a ring", () => {
  test("signs what its document verifies", async () => {
    const ring = await fleet.open();
    const token = await ring.sign({ a: 1 }, { typ: "verdict+jwt" });
    const kid = kidsOf(ring, "active")[0] ?? "";
    expect(await verify(ring, token)).toEqual({
      header: { alg: "ES256", kid, typ: "verdict+jwt" },
      payload: { a: 1 },
    });
    expect((await verify(ring, await ring.sign({}))).header).toEqual({ alg: "ES256", kid });
  });

  test("begins with a key that signs at once and the next one, published", async () => {
    const ring = await fleet.open();
    expect(ring.list().map(({ state, since }) => [state, since])).toEqual([
      ["pending", START],
      ["active", START],
    ]);
    expect(publishedKids(ring)).toHaveLength(2);
  });

  test("is the same ring after a restart", async () => {
    const ring = await fleet.open();
    const again = await fleet.open();
    expect(again.list()).toEqual(ring.list());
    expect(again.jwks()).toEqual(ring.jwks());
    await verify(ring, await again.sign({}));
  });

  test("goes through pending, active, retiring and removed by the clock", async () => {
    const ring = await fleet.open();
    const [first = ""] = kidsOf(ring, "active");
    const [second = ""] = kidsOf(ring, "pending");
    const lookAt = async (sinceStartMs: number) => {
      fleet.now = START + sinceStartMs;
      await ring.refresh();
      return [kidsOf(ring, "active")[0], kidsOf(ring, "retiring")[0]];
    };
    expect(await lookAt(42 * DAY_MS - 1)).toEqual([first, undefined]);
    expect(await lookAt(42 * DAY_MS)).toEqual([second, first]);
    expect(publishedKids(ring)).toEqual([...kidsOf(ring, "pending"), second, first]);
    expect(await lookAt(49 * DAY_MS - 1)).toEqual([second, first]);
    expect(await lookAt(49 * DAY_MS)).toEqual([second, undefined]);
    expect(publishedKids(ring)).not.toContain(first);
  });

  test("is rotated by hand once every verifier has seen the next key, and says when", async () => {
    const ring = await fleet.open();
    expect(ring.rotate()).rejects.toThrow("the next verdict key may sign from 2023-11-15T22:43:20.000Z");
    fleet.now += DAY_MS + 30 * MINUTE_MS - 1;
    expect(await refusalOf(() => ring.rotate())).toBe("rotation_too_early");
    fleet.now += 1;
    const [next = ""] = kidsOf(ring, "pending");
    await ring.rotate();
    expect(kidsOf(ring, "active")).toEqual([next]);
    expect(kidOf(await ring.sign({}))).toBe(next);
  });

  test("never publishes more than four keys, however often it is rotated", async () => {
    const ring = await fleet.open({ rotateEveryMs: DAY_MS });
    for (let day = 0; day < 60; day++) {
      fleet.now += DAY_MS;
      await ring.refresh();
      // That the next key is not old enough yet is no failure.
      expect(ring.ready().lastError).toBeNull();
      await refusalOf(() => ring.rotate());
      expect(publishedKids(ring).length).toBeLessThanOrEqual(4);
    }
  });

  test("changes its algorithm without a gap, though a replica is still configured for the old one", async () => {
    const replica = await fleet.open();
    const pair = await generateKeyPair("RS256");
    const rsa = [pair, await generateKeyPair("RS256"), await generateKeyPair("RS256")];
    const generateKeys = async () => rsa.shift() ?? pair;
    const ring = await fleet.open({ use: { purpose: "verdict", algorithm: "RS256" }, generateKeys });
    expect(ring.list().map(({ state, algorithm }) => [state, algorithm])).toEqual([
      ["pending", "RS256"],
      ["active", "ES256"],
    ]);
    fleet.now += DAY_MS + 30 * MINUTE_MS;
    await replica.refresh();
    expect((await verify(ring, await replica.sign({}))).header.alg).toBe("ES256");
    await ring.refresh();
    expect((await verify(ring, await ring.sign({}))).header.alg).toBe("RS256");
    fleet.now += 2 * DAY_MS;
    await replica.refresh();
    expect(replica.list()).toEqual(ring.list());
  });
});

describe("a revocation", () => {
  test("of the active key drops it and activates the pending one at once, with a new one behind it", async () => {
    const ring = await fleet.open();
    const [[active = ""], [pending = ""]] = [kidsOf(ring, "active"), kidsOf(ring, "pending")];
    await ring.revoke(active);
    expect(publishedKids(ring)).not.toContain(active);
    expect(kidOf(await ring.sign({}))).toBe(pending);
    expect(kidsOf(ring, "pending")).not.toEqual([pending]);
    expect(kidsOf(ring, "revoked")).toEqual([active]);
  });

  test("of the pending key replaces it", async () => {
    const ring = await fleet.open();
    const [[active], [pending = ""]] = [kidsOf(ring, "active"), kidsOf(ring, "pending")];
    await ring.revoke(pending);
    expect(kidsOf(ring, "active")).toEqual([String(active)]);
    expect(publishedKids(ring)).not.toContain(pending);
    expect(publishedKids(ring)).toHaveLength(2);
  });

  test("of a retiring key drops it", async () => {
    const ring = await fleet.open();
    fleet.now += 42 * DAY_MS;
    await ring.refresh();
    const [retiring = ""] = kidsOf(ring, "retiring");
    await ring.revoke(retiring);
    expect(publishedKids(ring)).not.toContain(retiring);
    expect(kidsOf(ring, "retiring")).toEqual([]);
  });

  test("of a key that is not there is an error", async () => {
    const ring = await fleet.open();
    expect(await refusalOf(() => ring.revoke("nobody"))).toBe("unknown_key");
    const [active = ""] = kidsOf(ring, "active");
    await ring.revoke(active);
    expect(await refusalOf(() => ring.revoke(active))).toBe("unknown_key");
  });

  test("is forgotten when no token of that key can live", async () => {
    const ring = await fleet.open();
    await ring.revoke(kidsOf(ring, "active")[0] ?? "");
    fleet.now += 7 * DAY_MS;
    await ring.refresh();
    expect(kidsOf(ring, "revoked")).toEqual([]);
  });

  test("is heard by the other replicas", async () => {
    const [ring, replica] = [await fleet.open(), await fleet.open()];
    const [active = ""] = kidsOf(ring, "active");
    await ring.revoke(active);
    await replica.refresh();
    expect(publishedKids(replica)).toEqual(publishedKids(ring));
  });

  test("is not undone by a vault that goes back in time", async () => {
    const ring = await fleet.open();
    const before = new Map(fleet.store.values);
    const [active = ""] = kidsOf(ring, "active");
    await ring.revoke(active);
    fleet.store.values.clear();
    for (const [key, value] of before) fleet.store.values.set(key, value);
    await ring.refresh();
    expect(publishedKids(ring)).not.toContain(active);
    expect(fleet.record().active.kid).not.toBe(active);
  });
});

describe("a vault that fails", () => {
  const fail = () => {
    throw new Error("connection refused");
  };

  test("stops neither signing nor the document", async () => {
    const ring = await fleet.open();
    fleet.store.fault = fail;
    fleet.now += 50 * DAY_MS;
    await ring.refresh();
    expect(ring.ready()).toEqual({
      lastSuccessAt: START,
      lastError: "the shared store that keeps the signing keys failed",
    });
    await verify(ring, await ring.sign({}));
    expect(await refusalOf(() => ring.rotate())).toBe("vault_unavailable");
  });

  test("is caught up with when it is back", async () => {
    const ring = await fleet.open();
    fleet.store.fault = fail;
    await ring.refresh();
    fleet.store.fault = () => undefined;
    await ring.refresh();
    expect(ring.ready().lastError).toBeNull();
  });

  test("at the start is an error, not an empty ring", async () => {
    fleet.store.fault = fail;
    expect(await refusalOf(() => fleet.open())).toBe("vault_unavailable");
    expect(fleet.store.values.size).toBe(0);
  });

  test("that lost everything gets back what is in memory", async () => {
    const ring = await fleet.open();
    const kids = publishedKids(ring);
    fleet.store.values.clear();
    await ring.refresh();
    expect(publishedKids(await fleet.open())).toEqual(kids);
  });

  test("that always loses to another writer is given up", async () => {
    fleet.store.claim = async () => ({ claimed: false });
    expect(await refusalOf(() => fleet.open())).toBe("vault_unavailable");
  });

  test("with keys that do not fit is not followed: the keys in memory go on", async () => {
    const ring = await fleet.open();
    const record = fleet.record();
    const mixed = { ...record.active, sealedKey: record.pending.sealedKey };
    fleet.store.values.set(
      "keys/verdict/2",
      JSON.stringify({ ...record, version: 2, active: { ...mixed, kid: "new" } }),
    );
    await ring.refresh();
    expect(ring.ready().lastError).toBe(
      "keys.passphrase does not open the signing keys, or they were tampered with",
    );
    expect(kidsOf(ring, "active")).toEqual([record.active.kid]);
    expect(await refusalOf(() => fleet.open())).toBe("passphrase_wrong");
  });
});

describe("keys at rest", () => {
  test("in a shared store are encrypted, or are not put there", async () => {
    expect(await refusalOf(() => fleet.open({ passphrase: null }))).toBe("passphrase_missing");
    expect(fleet.open({ passphrase: null })).rejects.toThrow(
      "set keys.passphrase, or keep them in keys.directory",
    );
    expect(fleet.store.values.size).toBe(0);
  });

  test("of a shared store do not open without their passphrase", async () => {
    const ring = await fleet.open();
    expect(ring.warnings).toEqual([]);
    expect(await refusalOf(() => fleet.open({ passphrase: "wrong" }))).toBe("passphrase_wrong");
  });

  test("in the clear in a shared store were put there by somebody else, and are refused", async () => {
    await fleet.open();
    const record = fleet.record();
    fleet.overwrite({ ...record, active: { ...record.active, sealedKey: "clear.AAAA" } });
    expect(await refusalOf(() => fleet.open())).toBe("vault_corrupt");
  });

  test("may not change places: each is bound to its kid, purpose and version", async () => {
    await fleet.open();
    const record = fleet.record();
    const { active, pending } = record;
    fleet.overwrite({ ...record, active: { ...active, sealedKey: pending.sealedKey } });
    expect(await refusalOf(() => fleet.open())).toBe("passphrase_wrong");
    fleet.overwrite({ ...record, active: { ...active, sealedVersion: 2 } });
    expect(await refusalOf(() => fleet.open())).toBe("passphrase_wrong");
  });

  test("keep to the first passphrase's salt, so that a start derives once", async () => {
    await fleet.open();
    const { active, pending } = fleet.record();
    expect(active.sealedKey.split(".")[1]).toBe(String(pending.sealedKey.split(".")[1]));
  });

  describe("in a directory", () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), "postern-ring-"));
    });
    afterEach(() => rmSync(directory, { recursive: true }));

    const open = (passphrase: string | null) =>
      fleet.open({ vault: createDirectoryVault(directory), passphrase });
    const readAll = () => readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8"));

    test("lie in the clear without a passphrase, with a warning", async () => {
      const ring = await open(null);
      expect(ring.warnings).toEqual([
        `the signing keys lie unencrypted in ${directory}: set keys.passphrase to have them encrypted`,
      ]);
    });

    test("are encrypted as soon as there is a passphrase, and stay the same keys", async () => {
      const before = await open(null);
      expect(readAll().join()).toContain("clear.");
      const after = await open(PASSPHRASE);
      expect(readAll().join()).not.toContain("clear.");
      expect(after.jwks()).toEqual(before.jwks());
      expect(after.warnings).toEqual([]);
      await verify(after, await after.sign({}));
      expect(await refusalOf(() => open(null))).toBe("passphrase_missing");
    });

    test("carry the kid of their public half, or are refused", async () => {
      await open(null);
      const [name = ""] = readdirSync(directory);
      const text = readFileSync(join(directory, name), "utf8");
      const { active }: { active: { kid: string } } = JSON.parse(text);
      await Bun.write(join(directory, name), text.replace(active.kid, "another"), { mode: 0o600 });
      expect(await refusalOf(() => open(null))).toBe("vault_corrupt");
    });

    test("five rings that open at once agree", async () => {
      const rings = await Promise.all(Array.from({ length: 5 }, () => open(PASSPHRASE)));
      expect(new Set(rings.map((ring) => ring.jwks().etag)).size).toBe(1);
      expect(readdirSync(directory)).toEqual(["verdict.1.json"]);
    });
  });
});

describe("too many signatures at a time", () => {
  test("are refused at once, and the others are made", async () => {
    const ring = await fleet.open({ maxConcurrentSigns: 2 });
    const answers = await Promise.all([1, 2, 3, 4].map((call) => refusalOf(() => ring.sign({ call }))));
    expect(answers).toEqual(["accepted", "accepted", "signer_busy", "signer_busy"]);
    expect(await refusalOf(() => ring.sign({}))).toBe("accepted");
  });
});

describe("the document", () => {
  const PRIVATE = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

  test("holds public members only, whatever state a key is in", async () => {
    const ring = await fleet.open();
    fleet.now += 43 * DAY_MS;
    await ring.refresh();
    const { keys }: { keys: Record<string, unknown>[] } = JSON.parse(ring.jwks().body);
    expect(keys).toHaveLength(3);
    for (const key of keys)
      expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  test("of RSA keys is what Cloudflare reads: kty, n, e, alg, use, kid", async () => {
    const ring = await fleet.open({ use: { purpose: "evaluation", algorithm: "RS256" } });
    const { keys }: { keys: Record<string, unknown>[] } = JSON.parse(ring.jwks().body);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
      expect(key).toMatchObject({ alg: "RS256", e: "AQAB", kty: "RSA", use: "sig" });
      for (const name of PRIVATE) expect(key).not.toHaveProperty(name);
    }
  });

  test("has the newest key first", async () => {
    const ring = await fleet.open();
    fleet.now += 42 * DAY_MS;
    await ring.refresh();
    expect(publishedKids(ring)[0]).toBe(String(kidsOf(ring, "pending")[0]));
    expect(publishedKids(ring).at(-1)).toBe(String(kidsOf(ring, "retiring")[0]));
  });

  test("may be cached for five minutes, and its strong ETag changes with the keys alone", async () => {
    const ring = await fleet.open();
    const before = ring.jwks();
    expect(before.cacheControl).toBe("public, max-age=300, must-revalidate");
    expect(before.etag).toMatch(/^"[\w-]{43}"$/);
    fleet.now += HOUR_MS;
    await ring.refresh();
    expect(ring.jwks().etag).toBe(before.etag);
    await ring.revoke(kidsOf(ring, "pending")[0] ?? "");
    expect(ring.jwks().etag).not.toBe(before.etag);
  });
});
