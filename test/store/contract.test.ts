import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { REDIS_COMMANDS } from "../../src/store/redis-acl.ts";
import { startRedis } from "../support/redis-server.ts";
import { makeCertificates } from "../support/redis-tls.ts";
import { startCluster, startSentinelFleet } from "../support/redis-topologies.ts";
import { requireTool } from "../support/require-tool.ts";
import { describeStore, type StoreFixture } from "./store-contract.ts";

/** Generous: on a busy machine a slow answer is no fault of the driver. */
const TIMEOUT_MS = 2_000;

const PASSWORD = "p@ss:w/rd?";
const RESTRICTED_USER = `postern:${encodeURIComponent(PASSWORD)}`;

/** A configuration line for a user that may do what the documentation asks for, and no more. */
function restrictedUser(): string {
  const rights = REDIS_COMMANDS.map((command) => `+${command}`).join(" ");
  return `user postern on ">${PASSWORD}" ~postern:* &postern:* -@all ${rights}`;
}

describeStore(
  "the memory store",
  async () =>
    inInjectedTime(
      () => "memory:",
      () => {},
    ),
  { shared: false },
);

describeStore("the sqlite store", async () => {
  const folder = mkdtempSync(join(tmpdir(), "postern-store-"));
  return inInjectedTime(
    () => `sqlite:${join(folder, "store.db")}`,
    () => rmSync(folder, { recursive: true }),
  );
});

if (requireTool("redis-server")) {
  describeStore("a redis store on one server", async () => {
    const server = await startRedis();
    return inRealTime(`redis://127.0.0.1:${server.port}/3`, server.stop);
  });

  describeStore("a redis store whose user may run the documented commands only", async () => {
    const server = await startRedis({ file: restrictedUser });
    return inRealTime(`redis://${RESTRICTED_USER}@127.0.0.1:${server.port}`, server.stop);
  });

  if (requireTool("openssl")) {
    describeStore("a redis store over TLS with a password", async () => {
      const { settings, caFile, remove } = makeCertificates();
      const adminOptions = { password: "secret", tls: { ca: await Bun.file(caFile).text() } };
      const server = await startRedis({ settings: [...settings, "--requirepass", "secret"], adminOptions });
      const url = `rediss://:secret@127.0.0.1:${server.port}?ca=${encodeURIComponent(caFile)}`;
      return inRealTime(url, async () => {
        await server.stop();
        remove();
      });
    });
  }

  if (requireTool("redis-sentinel")) {
    describeStore("a redis store behind Sentinel", async () => {
      const { url, stop } = await startSentinelFleet();
      return inRealTime(url, stop);
    });
  }

  if (requireTool("openssl")) {
    describeStore("a redis store on a Cluster over TLS whose user is restricted", async () => {
      const { settings, caFile, remove } = makeCertificates();
      const cluster = await startCluster({
        settings: [...settings, "--tls-cluster", "yes"],
        file: restrictedUser,
        adminOptions: { tls: { ca: await Bun.file(caFile).text() } },
      });
      const url = `rediss+cluster://${RESTRICTED_USER}@${cluster.hosts}?ca=${encodeURIComponent(caFile)}`;
      return inRealTime(url, async () => {
        await cluster.stop();
        remove();
      });
    });
  }

  describeStore("a redis store on a Cluster", async () => {
    const { hosts, stop } = await startCluster();
    return inRealTime(`redis+cluster://${hosts}`, stop);
  });
}

function inInjectedTime(url: () => string, remove: () => void): StoreFixture {
  let now = 1_700_000_000_000;
  return {
    open: () => openStore(url(), { clock: () => now, timeoutMs: TIMEOUT_MS }),
    now: () => now,
    pass: async (ms) => {
      now += ms;
    },
    stop: async () => remove(),
  };
}

/** Redis expires by its own clock, so here time has to pass in truth. */
function inRealTime(url: string, stop: () => Promise<void>): StoreFixture {
  return {
    open: () => openStore(url, { clock: systemClock, timeoutMs: TIMEOUT_MS }),
    now: systemClock,
    pass: Bun.sleep,
    stop,
  };
}
