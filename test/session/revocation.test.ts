import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { RevocationTarget } from "../../src/session/revocation.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Key, Store } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { createFaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { NOW } from "../token/access-team.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - { id: wiki, name: wiki, policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }] }
  - { id: status, name: status, policies: [{ name: Public, decision: bypass, include: [{ everyone: {} }] }] }
`;

const seconds = (ms: number) => Math.floor(ms / 1_000);
const ADA = { email: "ada@example.com" };

/** By what ada's session on her laptop can be revoked. */
const TARGETS = ["user", "email", "device", "session"] as const;

async function targetOf(rig: SessionRig, kind: RevocationTarget["kind"]): Promise<string> {
  if (kind === "session") return (await rig.ask({})).sessions[0] ?? "";
  return { user: "u-ada", email: "ada@example.com", device: "laptop" }[kind];
}

describe.each(TARGETS)("revoking the %s", (kind) => {
  test("ends the session, at /evaluate and for every request, whatever token names it", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    expect(await rig.outcome({ iat })).toBe("permit");
    rig.now += 5_000;
    await rig.revoke(kind, await targetOf(rig, kind));
    expect((await rig.login(identityOfAda())).reason).toBe("session_revoked");
    const { decision, facts } = await rig.ask({ iat });
    expect(decision.reason).toBe("login_required");
    expect(facts["identity.subject"]).toMatchObject({ why: "session_revoked" });
    for (const claims of [ADA, { device_id: "laptop" }, { ...ADA, device_id: "laptop" }, {}]) {
      expect(await rig.outcome({ iat, ...claims })).toBe("login_required");
      expect(await rig.outcome({ iat: seconds(rig.now) + 1, ...claims })).toBe("login_required");
    }
  });

  test("leaves a later login alone", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    await rig.revoke(kind, await targetOf(rig, kind));
    rig.now += 1_000;
    expect((await rig.login(identityOfAda({ iat: seconds(rig.now) }))).outcome).toBe("permit");
    expect(await rig.outcome(ADA)).toBe("permit");
    expect(await rig.outcome({ ...ADA, iat: seconds(NOW) })).toBe("login_required");
  });

  test("takes a login of the same second for one before it", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const target = await targetOf(rig, kind);
    rig.now += 900;
    await rig.revoke(kind, target);
    rig.now += 50;
    expect((await rig.login(identityOfAda())).reason).toBe("session_revoked");
  });

  test("is remembered for as long as the longest token can live", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    await rig.revoke(kind, await targetOf(rig, kind));
    rig.now += 31 * 86_400_000;
    expect((await rig.login(identityOfAda())).reason).toBe("session_revoked");
    expect(await rig.outcome({ iat })).toBe("login_required");
  });

  test("keeps nobody out of what is open to all", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const target = await targetOf(rig, kind);
    rig.now += 1_000;
    await rig.revoke(kind, target);
    expect(await rig.outcome({}, {}, "status")).toBe("permit");
  });
});

describe("revoking one of several", () => {
  test("devices leaves the others: their later tokens count, those of before may be the revoked one's", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    await rig.login(identityOfAda({ device_id: "phone" }));
    const iat = seconds(rig.now);
    rig.now += 2_000;
    await rig.revoke("device", "laptop");
    expect(await rig.outcome({ iat, device_id: "phone" })).toBe("permit");
    expect(await rig.outcome({ iat, device_id: "laptop" })).toBe("login_required");
    expect(await rig.outcome({ iat })).toBe("login_required");
    rig.now += 1_000;
    expect(await rig.outcome({})).toBe("permit");
  });

  test("people leaves the others", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    await rig.login(identityOfAda({ user_uuid: "u-bob", email: "bob@example.com", device_id: "other" }));
    rig.now += 1_000;
    await rig.revoke("user", "u-ada");
    expect(await rig.outcome({ sub: "u-bob" })).toBe("permit");
  });
});

describe("a revocation by a clock that is behind", () => {
  test.each(TARGETS)("of the %s ends the login that Access has dated later", async (kind) => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const iat = seconds(NOW);
    const id = await targetOf(rig, kind);
    rig.now -= 600_000;
    await rig.revoke(kind, id);
    rig.now += 600_000;
    expect(await rig.outcome({ iat })).toBe("login_required");
  });

  test.each(TARGETS)(
    "of the %s ends what may be from just now, where logins cannot be read",
    async (kind) => {
      let isBroken = false;
      class BrokenStore extends MemoryStore {
        override members(collection: Key) {
          return isBroken ? STORE_DOWN() : super.members(collection);
        }
      }
      const rig = await SessionRig.open(POLICIES, {
        store: new BrokenStore(() => NOW, new Topics(() => {})),
      });
      await rig.login(identityOfAda());
      const id = await targetOf(rig, kind);
      isBroken = true;
      expect((await rig.revoke(kind, id)).revokedBefore).toBe(NOW + 60_000);
    },
  );

  test("takes nothing back from one by a clock that is ahead", async () => {
    const rig = await SessionRig.open(POLICIES);
    rig.now += 10_000;
    await rig.revoke("user", "u-ada");
    rig.now -= 5_000;
    expect((await rig.revoke("user", "u-ada")).revokedBefore).toBe(NOW + 10_000);
  });
});

describe("a clock of Access's that is ahead", () => {
  test("lets nobody back in whose login may have been before the revocation", async () => {
    const rig = await SessionRig.open(POLICIES);
    rig.now += 600_000;
    await rig.revoke("user", "u-ada");
    const iat = seconds(rig.now) + 20;
    rig.now += 1_000;
    expect((await rig.login(identityOfAda({ iat }), "wiki", iat * 1_000)).reason).toBe("session_revoked");
    expect(await rig.outcome({ ...ADA, iat })).toBe("login_required");
    rig.now += 60_000;
    const later = seconds(rig.now) + 20;
    expect((await rig.login(identityOfAda({ iat: later }), "wiki", later * 1_000)).outcome).toBe("permit");
  });

  test("that is in step lets them back in at once (control)", async () => {
    const rig = await SessionRig.open(POLICIES);
    rig.now += 600_000;
    await rig.revoke("user", "u-ada");
    rig.now += 1_000;
    expect((await rig.login(identityOfAda({ iat: seconds(rig.now) }))).outcome).toBe("permit");
  });

  test("lets nobody in whose login may have been before the store was lost", async () => {
    const rig = await SessionRig.open(POLICIES);
    const iat = seconds(NOW) + 20;
    expect((await rig.login(identityOfAda({ iat }), "wiki", iat * 1_000)).reason).toBe("login_too_old");
  });
});

describe("what is remembered of live sessions", () => {
  /** A store that counts the times it is asked, and can lose what is published. */
  function createDeafStore(rigClock: () => number) {
    let reads = 0;
    class DeafStore extends MemoryStore {
      override members(collection: Key) {
        reads++;
        return super.members(collection);
      }
      override async publish() {}
    }
    return { store: new DeafStore(rigClock, new Topics(() => {})), reads: () => reads };
  }

  test("spares the store, and goes at once when a revocation is heard of", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    expect(await rig.outcome({ iat })).toBe("permit");
    rig.now += 1_000;
    await rig.revoke("user", "u-ada");
    expect(await rig.outcome({ iat })).toBe("login_required");
  });

  test("is five seconds old at most where nothing is heard", async () => {
    let now = NOW;
    const { store, reads } = createDeafStore(() => now);
    const rig = await SessionRig.open(POLICIES, { store });
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    await rig.outcome({ iat });
    await rig.revoke("user", "u-ada");
    const before = reads();
    now = rig.now += 4_999;
    expect(await rig.outcome({ iat })).toBe("permit");
    expect(reads()).toBe(before);
    now = rig.now += 1;
    expect(await rig.outcome({ iat })).toBe("login_required");
  });

  test("is not what was read before a revocation and arrives after it", async () => {
    let release = () => {};
    class SlowStore extends MemoryStore {
      wait: Promise<void> = Promise.resolve();
      override async members(collection: Key) {
        const members = await super.members(collection);
        await this.wait;
        return members;
      }
    }
    const store = new SlowStore(() => NOW, new Topics(() => {}));
    const rig = await SessionRig.open(POLICIES, { store });
    await rig.login(identityOfAda());
    await rig.outcome({ exp: seconds(NOW) + 600 });
    store.wait = new Promise((resolve) => {
      release = resolve;
    });
    const iat = seconds(NOW);
    const asked = rig.outcome({ iat });
    await Bun.sleep(1);
    store.wait = Promise.resolve();
    await rig.revoke("user", "u-ada");
    release();
    expect(await asked).toBe("permit");
    expect(await rig.outcome({ iat })).toBe("login_required");
  });

  test("goes with a new revision of the policies", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    expect(await rig.outcome({})).toBe("permit");
    rig.reload(POLICIES.replace("example.com", "example.org"));
    expect(await rig.outcome({})).toBe("no_policy_matched");
  });

  test("takes one round trip to read, once the devices of the person are known", async () => {
    let turns = 0;
    const faulty = createFaultyStore();
    const rig = await SessionRig.open(POLICIES, { store: faulty.store });
    await rig.login(identityOfAda());
    let pending: Promise<void> | null = null;
    // Whatever is asked for in one turn of the event loop is one round trip.
    faulty.before = () => {
      pending ??= Bun.sleep(1).then(() => {
        turns++;
        pending = null;
      });
      return pending;
    };
    await rig.outcome({});
    expect(turns).toBeLessThanOrEqual(2);
    turns = 0;
    await rig.outcome({ exp: seconds(NOW) + 60 });
    expect(turns).toBe(1);
  });
});

describe("a store that fails", () => {
  test("lets nobody in for what it would have had to confirm, and is told of", async () => {
    const faulty = createFaultyStore();
    const rig = await SessionRig.open(POLICIES, { store: faulty.store });
    await rig.login(identityOfAda());
    faulty.before = STORE_DOWN;
    expect(await rig.outcome(ADA)).toBe("store_unavailable");
    expect(await rig.outcome(ADA, {}, "status")).toBe("permit");
    expect(rig.failures.length).toBe(2);
    faulty.before = () => {};
    expect(await rig.outcome(ADA)).toBe("permit");
  });

  test("and never answers lets nobody in either, within the deadline", async () => {
    const faulty = createFaultyStore();
    const rig = await SessionRig.open(POLICIES, { store: faulty.store });
    faulty.before = () => new Promise(() => {});
    expect(await rig.outcome(ADA)).toBe("deadline_exceeded");
  });

  test("or holds a revocation that cannot be read revokes for ever", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.store.set(["person", "u-ada", "revoked"], "garbage", null);
    expect((await rig.login(identityOfAda())).reason).toBe("session_revoked");
    expect(await rig.outcome(ADA)).toBe("login_required");
  });

  test("or holds a session that Postern did not write lets nobody in", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.store.put(["person", "u-ada", "sessions"], "login.x", "garbage", NOW + 60_000);
    expect(await rig.outcome(ADA)).toBe("store_unavailable");
  });
});

describe("an emptied store", () => {
  async function lose(store: Store): Promise<void> {
    const keys: Key[] = [];
    for (const part of ["generation", "person", "email", "device", "signed-in"]) {
      for await (const { key } of store.scan([part])) keys.push(key);
    }
    await store.delete(keys);
  }

  test("forgets no revocation: whoever logged in before must log in again", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    const iat = seconds(rig.now);
    await rig.revoke("user", "u-ada");
    rig.now += 2_000;
    await lose(rig.store);
    expect((await rig.login(identityOfAda())).reason).toBe("login_too_old");
    const { decision, facts } = await rig.ask({ iat, ...ADA });
    expect(decision.reason).toBe("login_required");
    expect(facts["identity.subject"]).toMatchObject({ why: "login_too_old" });
    rig.now += 1_000;
    expect((await rig.login(identityOfAda({ iat: seconds(rig.now) }))).outcome).toBe("permit");
    expect(await rig.outcome(ADA)).toBe("permit");
  });

  test("would have let the revoked login back in, had it kept its generation (control)", async () => {
    const rig = await SessionRig.open(POLICIES);
    await rig.login(identityOfAda());
    await rig.revoke("user", "u-ada");
    rig.now += 2_000;
    await rig.store.delete([["person", "u-ada", "revoked"]]);
    expect((await rig.login(identityOfAda())).outcome).toBe("permit");
  });
});

test("revoked never permits: in any order of logins, re-issues, requests and revocations", async () => {
  const device = fc.constantFrom("laptop", "phone", undefined);
  const step = fc.oneof(
    fc.record({ do: fc.constant("login" as const), device }),
    fc.record({ do: fc.constant("revoke" as const), kind: fc.constantFrom("user", "email", "device") }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), device, async (steps, named) => {
      const rig = await SessionRig.open(POLICIES);
      const logins: { readonly iat: number; readonly device: string | undefined }[] = [];
      const isOver = new Set<(typeof logins)[number]>();
      for (const one of steps) {
        if (one.do === "pass") rig.now += one.ms;
        else if (one.do === "login") {
          const login = { iat: seconds(rig.now), device: one.device };
          const { outcome } = await rig.login(identityOfAda({ iat: login.iat, device_id: one.device }));
          if (outcome === "permit") logins.push(login);
        } else {
          const ids = { user: "u-ada", email: "ada@example.com", device: "laptop" };
          const kind = one.kind === "email" || one.kind === "device" ? one.kind : "user";
          await rig.revoke(kind, ids[kind]);
          for (const login of logins) if (kind !== "device" || login.device === "laptop") isOver.add(login);
        }
      }
      for (const login of isOver) {
        const identity = identityOfAda({ iat: login.iat, device_id: login.device });
        expect((await rig.login(identity)).reason).toBe("session_revoked");
        // A token of that login, with or without what it could name.
        const claims = named === login.device ? { device_id: named } : {};
        const token = {
          iat: login.iat,
          ...(claims.device_id === undefined ? {} : { device_id: login.device ?? "" }),
        };
        expect(await rig.outcome({ ...token, ...ADA })).toBe("login_required");
      }
    }),
    { numRuns: 150 },
  );
}, 180_000);
