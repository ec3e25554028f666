import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { openStore } from "../../src/store/open-store.ts";
import { StoreError } from "../../src/store/store.ts";
import { freePort, type RedisServer, type RedisSettings, startRedis } from "../support/redis-server.ts";
import { makeCertificates } from "../support/redis-tls.ts";
import { requireTool } from "../support/require-tool.ts";

type UrlOf = (server: RedisServer) => string;

const REFUSED: readonly (readonly [what: string, settings: RedisSettings, url: UrlOf, message: RegExp])[] = [
  ...["allkeys-lru", "volatile-ttl", "volatile-random"].map(
    (policy) =>
      [
        `a server that may evict entries (${policy})`,
        { settings: ["--maxmemory-policy", policy] },
        (server: RedisServer) => `redis://127.0.0.1:${server.port}`,
        new RegExp(`maxmemory-policy must be noeviction.*it is ${policy}`),
      ] as const,
  ),
  [
    "a wrong password",
    { settings: ["--requirepass", "right"], adminOptions: { password: "right" } },
    ({ port }) => `redis://:wrong@127.0.0.1:${port}`,
    /refused the user or the password/,
  ],
  [
    "no password where one is needed",
    { settings: ["--requirepass", "right"], adminOptions: { password: "right" } },
    ({ port }) => `redis://127.0.0.1:${port}`,
    /refused the user or the password/,
  ],
  [
    "a user without the rights that Postern needs",
    { file: () => "user postern on >pw ~postern:* &postern:* -@all +get +set" },
    ({ port }) => `redis://postern:pw@127.0.0.1:${port}`,
    /does not let this user run a command/,
  ],
  [
    "a node of a cluster, named as a single server",
    { settings: ["--cluster-enabled", "yes", "--cluster-port", "{bus}"] },
    ({ port }) => `redis://127.0.0.1:${port}`,
    /node of a cluster: write redis\+cluster/,
  ],
  [
    "a single server, named as a cluster",
    {},
    ({ port }) => `redis+cluster://127.0.0.1:${port}`,
    /no cluster: write redis:/,
  ],
  [
    "a read-only replica",
    { settings: ["--replicaof", "127.0.0.1 1"] },
    ({ port }) => `redis://127.0.0.1:${port}`,
    /read-only replica/,
  ],
];

describe.if(requireTool("redis-server"))("opening a redis store", () => {
  test.each(REFUSED)("refuses %s, at once and saying how to mend it", async (_, settings, url, message) => {
    const bus = String(await freePort());
    await using server = await startRedis({
      ...settings,
      settings: (settings.settings ?? []).map((text) => text.replace("{bus}", bus)),
    });
    const refusal = await refusalOf(url(server));
    expect(refusal.message).toMatch(message);
    expect(refusal.code).toBe("store_misconfigured");
  });

  test("an evicting server would have dropped a revocation without a word (control)", async () => {
    await using server = await startRedis({
      settings: ["--maxmemory-policy", "volatile-ttl", "--maxmemory", "4mb"],
    });
    const admin = server.admin();
    await admin.set("revoked", "yes", "EX", 3_600);
    // The last of these find nothing more to evict.
    for (let n = 0; n < 60; n++) await admin.set(`filler ${n}`, "x".repeat(100_000)).catch(() => {});
    expect(await admin.get("revoked")).toBeNull();
  });

  test.if(requireTool("redis-sentinel"))("refuses a Sentinel, named as a single server", async () => {
    await using sentinel = await startRedis({
      program: "redis-sentinel",
      file: () => "sentinel monitor main 127.0.0.1 1 1",
    });
    const refusal = await refusalOf(`redis://127.0.0.1:${sentinel.port}`);
    expect(refusal.message).toMatch(/this is a Sentinel/);
  });

  test.if(requireTool("openssl"))(
    "trusts no certificate but one of the authority it is told of",
    async () => {
      using certificates = makeCertificates();
      using other = makeCertificates();
      const { settings, caFile } = certificates;
      await using server = await startRedis({
        settings,
        adminOptions: { tls: { ca: await Bun.file(caFile).text() } },
      });
      const url = `rediss://127.0.0.1:${server.port}`;
      const byDefault = await refusalOf(url);
      const byAnother = await refusalOf(`${url}?ca=${other.caFile}`);
      const unread = await refusalOf(`${url}?ca=/no/such/file`);
      const named = await refusalOf(`rediss://localhost:${server.port}?ca=${caFile}`);
      const store = await openStore(`${url}?ca=${caFile}`, { clock: systemClock });
      await store.close();
      for (const refusal of [byDefault, byAnother, named]) {
        expect(refusal.code).toBe("store_misconfigured");
        expect(refusal.message).toMatch(/certificate that is not trusted/);
      }
      expect(unread.message).toMatch(/\?ca=.*cannot be read/);
    },
  );

  test("gives up in five seconds where nothing listens", async () => {
    const refusal = await refusalOf(`redis://127.0.0.1:${await freePort()}`);
    expect(refusal.code).toBe("store_unavailable");
  }, 180_000);
});

async function refusalOf(url: string): Promise<StoreError> {
  try {
    const store = await openStore(url, { clock: systemClock, timeoutMs: 1_000 });
    await store.close();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error("the store was opened");
}
