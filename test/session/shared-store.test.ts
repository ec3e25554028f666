import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { codeOf, recoveryMs } from "../store/store-contract.ts";
import { personNamed, playAccess, signQuestion } from "../support/played-access.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { requireTool } from "../support/require-tool.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { until } from "../support/until.ts";
import { identityOfAda, SessionRig } from "./rig.ts";

const POLICIES = `
applications:
  - { id: wiki, name: wiki, policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }] }
`;
const WITH_DISK = `
applications:
  - name: wiki
    policies:
      - name: Staff
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        require: [{ device_posture: { integration_uid: disk } }]
posture_rules:
  - { id: disk, name: Disk, type: disk_encryption, input: { requireAll: true } }
`;
const ADA = { email: "ada@example.com" };
const seconds = (ms: number) => Math.floor(ms / 1_000);

async function inFolder(work: (url: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "postern-sessions-"));
  try {
    await work(`sqlite:${join(folder, "postern.db")}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("on SQLite", () => {
  test("a restart keeps sessions and revocations", () =>
    inFolder(async (url) => {
      const open = async (now?: number) => {
        const store = await openStore(url, { clock: systemClock, timeoutMs: 2_000 });
        return SessionRig.open(POLICIES, { store, now: now ?? systemClock() });
      };
      const before = await open();
      const iat = seconds(before.now);
      const eve = { user_uuid: "u-eve", email: "eve@example.com", iat };
      await before.login(identityOfAda({ iat }));
      await before.login(identityOfAda(eve));
      await before.revoke("user", "u-eve");
      await before.store.close();
      const after = await open(before.now + 1_000);
      expect((await after.ask({ iat })).sessions).toHaveLength(1);
      expect(await after.outcome({ iat })).toBe("permit");
      expect((await after.login(identityOfAda(eve))).reason).toBe("session_revoked");
      expect(await after.outcome({ iat, sub: "u-eve", email: "eve@example.com" })).toBe("login_required");
      await after.store.close();
    }));
});

/** Logins of one person from twenty devices at once: none is lost. */
async function expectNoneLost(store: Store, now: number): Promise<void> {
  const rig = await SessionRig.open(POLICIES, { store, now });
  const iat = seconds(now);
  const devices = Array.from({ length: 20 }, (_, n) => `device-${n}`);
  await Promise.all(devices.map((device_id) => rig.login(identityOfAda({ device_id, iat }))));
  expect((await rig.ask({ iat })).sessions).toHaveLength(20);
  for (const device_id of devices) expect((await rig.ask({ iat, device_id })).sessions).toHaveLength(1);
}

test("concurrent logins of one person from twenty devices lose none, in SQLite", () =>
  inFolder(async (url) => {
    const store = await openStore(url, { clock: systemClock, timeoutMs: 2_000 });
    await expectNoneLost(store, systemClock());
    await store.close();
  }));

if (requireTool("redis-server")) {
  const urlOf = (server: RedisServer) => `redis://127.0.0.1:${server.port}`;
  const openRedis = (server: RedisServer) =>
    openStore(urlOf(server), { clock: systemClock, timeoutMs: 2_000 });

  describe("on Redis", () => {
    test("concurrent logins of one person from twenty devices lose none", async () => {
      await using server = await startRedis();
      const store = await openRedis(server);
      await expectNoneLost(store, systemClock());
      await store.close();
    });

    test("a login at one process counts at the other, and a revocation everywhere within a second", async () => {
      await using server = await startRedis();
      const now = systemClock();
      const [one, other] = [
        await SessionRig.open(POLICIES, { store: await openRedis(server), now }),
        await SessionRig.open(POLICIES, { store: await openRedis(server), now }),
      ];
      const iat = seconds(now);
      await one.login(identityOfAda({ iat }));
      expect((await other.ask({ iat })).sessions).toHaveLength(1);
      expect(await other.outcome({ iat })).toBe("permit");
      await one.revoke("user", "u-ada");
      const startedAt = performance.now();
      let last = "permit";
      while (last === "permit" && performance.now() - startedAt < 1_000) {
        await Bun.sleep(5);
        last = await other.outcome({ iat });
      }
      expect(last).toBe("login_required");
      expect(await one.outcome({ iat })).toBe("login_required");
      await Promise.all([one.store.close(), other.store.close()]);
    });

    test("posture that one process hears of anew binds at the other", async () => {
      await using server = await startRedis();
      const now = systemClock();
      const [one, other] = [
        await SessionRig.open(WITH_DISK, { store: await openRedis(server), now }),
        await SessionRig.open(WITH_DISK, { store: await openRedis(server), now }),
      ];
      const iat = seconds(now);
      const assertDisk = (success: boolean) => {
        const disk = {
          type: "disk_encryption",
          rule_name: "Disk",
          success,
          error: "",
          timestamp: new Date(now).toISOString(),
        };
        return one.login(identityOfAda({ iat, devicePosture: { disk } }));
      };
      await assertDisk(true);
      expect(await other.outcome({ iat })).toBe("permit");
      await assertDisk(false);
      // By the clock that stands still here, what was cached would be good for ever.
      await until(async () => (await other.outcome({ iat })) === "no_policy_matched");
      await Promise.all([one.store.close(), other.store.close()]);
    });

    test.each([
      ["FLUSHALL", (server: RedisServer) => server.admin().flushall()],
      [
        "kill -9 without a disk",
        async (server: RedisServer) => {
          await server.kill();
          await server.restart();
        },
      ],
    ])("%s forgets no revocation", async (_, lose) => {
      await using server = await startRedis();
      const store = await openRedis(server);
      const rig = await SessionRig.open(POLICIES, { store, now: systemClock() - 60_000 });
      const iat = seconds(rig.now);
      await rig.login(identityOfAda({ iat }));
      await rig.revoke("user", "u-ada");
      await lose(server);
      await recoveryMs(store);
      rig.now += 60_000;
      expect((await rig.login(identityOfAda({ iat }))).reason).toBe("login_too_old");
      expect(await rig.outcome({ iat, ...ADA })).toBe("login_required");
      rig.now += 1_000;
      expect((await rig.login(identityOfAda({ iat: seconds(rig.now) }))).outcome).toBe("permit");
      await store.close();
    });

    test("a revocation is called durable only where a replica has it", async () => {
      await using server = await startRedis({ settings: ["--repl-diskless-sync-delay", "0"] });
      const store = await openRedis(server);
      const rig = await SessionRig.open(POLICIES, { store, now: systemClock() });
      expect((await rig.revoke("user", "u-ada")).durable).toBe(false);
      await using replica = await startRedis({ settings: ["--replicaof", `127.0.0.1 ${server.port}`] });
      const admin = replica.admin();
      let info = "";
      while (!info.includes("master_link_status:up")) info = await admin.info("replication");
      expect((await rig.revoke("user", "u-ada")).durable).toBe(true);
      expect(await codeOf(store.close())).toBe("no error");
    });
  });

  test("two services on one Redis are one: a login, its revocation, one key set, one answer to a nonce", async () => {
    await using server = await startRedis();
    const access = playAccess();
    const options = {
      access,
      config: { store: urlOf(server), evaluate: { deadline: "3s" }, keys: { passphrase: "a passphrase" } },
      now: systemClock(),
    };
    const one = await TestService.start(TEAM_POLICIES, options);
    const other = await TestService.start(TEAM_POLICIES, options);
    try {
      const identity = personNamed("ada", { iat: seconds(options.now) });
      const token = await signQuestion({ at: options.now, claims: { identity } });
      const [first, second] = await Promise.all([one.post("wiki", token), other.post("wiki", token)]);
      expect([await one.success(first), second.text]).toEqual([true, first.text]);
      const keys = await Promise.all([one, other].map((service) => fetch(`${service.urlOf("public")}/keys`)));
      expect(await keys[0]?.text()).toBe((await keys[1]?.text()) ?? "");
      const listed = JSON.parse((await other.admin("/v1/sessions?user=user-ada", { role: "viewer" })).text);
      expect(listed.sessions).toHaveLength(1);
      const body = JSON.stringify({ kind: "user", id: "user-ada" });
      const revoked = await other.admin("/v1/sessions/revoke", { method: "POST", role: "operator", body });
      expect(revoked.status).toBe(200);
      // The very answer that was given before is not given again.
      expect(await one.success(await one.post("wiki", token))).toBe(false);
      expect(await other.success(await other.ask("wiki", { claims: { identity } }))).toBe(false);
      expect(one.logged("decision").at(-1)).toMatchObject({ reason: "session_revoked" });
    } finally {
      await Promise.all([one.stop(), other.stop()]);
    }
  });
}
