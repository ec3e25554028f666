import { describe, expect, test } from "bun:test";
import { type AccessKeysOptions, createAccessKeys } from "../../src/token/access-keys.ts";
import { CERTS_URL, certsResponse, createEdgeKey, edgeKey, NOW, refusalOf } from "./access-team.ts";

const HOUR_MS = 3_600_000;
const nextKey = await createEdgeKey("b2".repeat(32));

/** Access as these tests play it: answers what `respond` says, on a clock that stands still. */
function createRig(options: Partial<AccessKeysOptions> = {}) {
  const rig = {
    now: NOW,
    fetches: 0,
    inits: [] as RequestInit[],
    respond: async (): Promise<Response> => certsResponse(edgeKey.jwk),
  };
  const keys = createAccessKeys({
    certsUrl: CERTS_URL,
    clock: () => rig.now,
    fetch: (_, init) => {
      rig.fetches++;
      rig.inits.push(init);
      return rig.respond();
    },
    ...options,
  });
  return { rig, keys };
}

describe("Access's keys", () => {
  test("are fetched at once, and once for all who wait", async () => {
    const { rig, keys } = createRig();
    expect(keys.ready()).toEqual({ ready: false, lastSuccessAt: null, lastError: null });
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.find(edgeKey.kid)));
    expect(new Set(found).size).toBe(1);
    expect(rig.fetches).toBe(1);
    expect(keys.ready()).toEqual({ ready: true, lastSuccessAt: NOW, lastError: null });
    keys.close();
  });

  test("are found by kid, wherever they stand", async () => {
    const { rig, keys } = createRig();
    rig.respond = async () => certsResponse(nextKey.jwk, edgeKey.jwk);
    await keys.refresh();
    await keys.refresh();
    const bytes = new Uint8Array([1, 2, 3]);
    for (const { kid, pair } of [edgeKey, nextKey]) {
      const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, bytes);
      expect(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", await keys.find(kid), signature, bytes)).toBe(
        true,
      );
    }
    keys.close();
  });

  test("are refreshed in the background until closed", async () => {
    const threeFetches = Promise.withResolvers<void>();
    let fetches = 0;
    const keys = createAccessKeys({
      certsUrl: CERTS_URL,
      clock: () => NOW,
      refreshEveryMs: 1,
      fetch: async () => {
        if (++fetches === 3) threeFetches.resolve();
        return certsResponse(edgeKey.jwk);
      },
    });
    await threeFetches.promise;
    await keys.refresh();
    keys.close();
    const fetchesWhenClosed = fetches;
    await Bun.sleep(20);
    expect(fetches).toBe(fetchesWhenClosed);
  });

  test("a close during a fetch starts no other", async () => {
    const { rig, keys } = createRig({ refreshEveryMs: 1 });
    keys.close();
    await keys.refresh();
    await Bun.sleep(20);
    expect(rig.fetches).toBe(1);
  });

  test("a key that is new at Access is found on its first token", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = async () => certsResponse(nextKey.jwk, edgeKey.jwk);
    expect(await refusalOf(() => keys.find(nextKey.kid))).toBe("accepted");
    expect(rig.fetches).toBe(2);
    keys.close();
  });

  test("10,000 random kids cost one fetch, and the next only 30 s later", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    const kids = Array.from({ length: 10_000 }, (_, index) => `random-${index}`);
    const refusals = await Promise.all(kids.map((kid) => refusalOf(() => keys.find(kid))));
    expect(new Set(refusals)).toEqual(new Set(["unknown_key"]));
    expect(rig.fetches).toBe(2);
    rig.now += 29_999;
    expect(await refusalOf(() => keys.find("random-1"))).toBe("unknown_key");
    expect(rig.fetches).toBe(2);
    rig.now += 1;
    expect(await refusalOf(() => keys.find("random-1"))).toBe("unknown_key");
    expect(rig.fetches).toBe(3);
    keys.close();
  });

  test("known kids wait for nobody while an unknown one is looked for", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = () => new Promise(() => undefined);
    const lookup = keys.find("unknown");
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("accepted");
    expect(await Promise.race([lookup, Promise.resolve("waiting")])).toBe("waiting");
    keys.close();
  });

  test("outlive an outage by 24 hours, and no longer", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = () => Promise.reject(new Error("connection refused"));
    await keys.refresh();
    expect(keys.ready().lastError).toBe("access.certs_url did not answer, or not with a key document");
    rig.now += 24 * HOUR_MS;
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("accepted");
    expect(keys.ready().ready).toBe(true);
    rig.now += 1;
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("keys_unavailable");
    expect(keys.ready().ready).toBe(false);
    rig.respond = async () => certsResponse(edgeKey.jwk);
    await keys.refresh();
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("accepted");
    keys.close();
  });

  test("do not outlive a clock that jumps back by more than that", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = () => Promise.reject(new Error("connection refused"));
    rig.now -= 25 * HOUR_MS;
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("keys_unavailable");
    keys.close();
  });

  test("an unknown kid during an outage is undecided, not invalid, and asks once in 30 s", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = () => Promise.reject(new Error("connection refused"));
    for (let call = 0; call < 5; call++)
      expect(await refusalOf(() => keys.find("unknown"))).toBe("keys_unavailable");
    expect(rig.fetches).toBe(2);
    keys.close();
  });
});

describe("an answer that is no key document", () => {
  const good = edgeKey.jwk;
  const weak = {
    ...good,
    n: Buffer.from(String(good.n), "base64url").subarray(0, 128).toString("base64url"),
  };
  const padded = {
    ...weak,
    n: Buffer.concat([Buffer.alloc(128), Buffer.from(weak.n, "base64url")]).toString("base64url"),
  };
  const seventeen = Array.from({ length: 17 }, (_, index) => ({ ...good, kid: `k${index}` }));

  const ANSWERS: readonly (readonly [string, () => Response])[] = [
    ["empty", () => new Response("")],
    ["an empty list", () => certsResponse()],
    ["an empty object", () => Response.json({})],
    ["HTML", () => new Response("<html>captive portal</html>")],
    ["a list", () => Response.json([good])],
    ["a document with a duplicate name", () => new Response('{"keys":[],"keys":[]}')],
    ["keys that are no list", () => Response.json({ keys: { 0: good } })],
    ["17 keys", () => certsResponse(...seventeen)],
    ["two keys of one kid", () => certsResponse(good, { ...nextKey.jwk, kid: good.kid })],
    ["only a secret key (oct)", () => certsResponse({ kid: "k", kty: "oct", k: "c2VjcmV0" })],
    ["only an elliptic key", () => certsResponse({ kid: "k", kty: "EC", crv: "P-256", x: "x", y: "y" })],
    ["a key of 1,024 bits", () => certsResponse(weak)],
    ["a key of 1,024 bits, padded with zeros", () => certsResponse(padded)],
    ["a key of 16,384 bits", () => certsResponse({ ...good, n: "_".repeat(2_731) })],
    ["a key with exponent 1", () => certsResponse({ ...good, e: "AQ" })],
    ["a key for encryption", () => certsResponse({ ...good, use: "enc" })],
    ["a key for another algorithm", () => certsResponse({ ...good, alg: "RS512" })],
    ["a key without a kid", () => certsResponse({ ...good, kid: undefined })],
    ["status 500", () => Response.json({ keys: [good] }, { status: 500 })],
    ["status 204", () => new Response(null, { status: 204 })],
    ["a redirect", () => Response.redirect("http://169.254.169.254/", 302)],
    ["more than 64 KiB", () => Response.json({ keys: [good], padding: "x".repeat(64 * 1024) })],
    [
      "a body that breaks off",
      () => new Response(new ReadableStream({ pull: (body) => body.error(new Error("reset")) })),
    ],
  ];

  test.each(ANSWERS)("never makes a key: %s", async (_, answer) => {
    const { keys } = createRig({ fetch: async () => answer() });
    await keys.refresh();
    expect(keys.ready()).toMatchObject({ ready: false, lastSuccessAt: null });
    expect(await refusalOf(() => keys.find("k"))).toBe("keys_unavailable");
    keys.close();
  });

  test.each(ANSWERS)("never drops the keys that were there: %s", async (_, answer) => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = async () => answer();
    await keys.refresh();
    expect(await refusalOf(() => keys.find(edgeKey.kid))).toBe("accepted");
    expect(keys.ready().lastError).toStartWith("access.certs_url ");
    keys.close();
  });

  test("a key of another kind beside good ones is left out", async () => {
    const { rig, keys } = createRig();
    await keys.refresh();
    rig.respond = async () => certsResponse({ kid: "secret", kty: "oct", k: "c2VjcmV0" }, edgeKey.jwk);
    await keys.refresh();
    expect(keys.ready().lastError).toBeNull();
    expect(await refusalOf(() => keys.find("secret"))).toBe("unknown_key");
    keys.close();
  });
});

describe("where and how keys are asked for", () => {
  test.each([
    "http://acme.cloudflareaccess.com/certs",
    "http://127.0.0.1.evil.example/certs",
    "http://localhost.evil.example/certs",
    "http://[::2]/certs",
    "https://user@acme.cloudflareaccess.com/certs",
    "https://:secret@acme.cloudflareaccess.com/certs",
    "file:///etc/passwd",
    "ftp://localhost/certs",
    "/certs",
    "",
  ])("refuses %s", async (certsUrl) => {
    expect(await refusalOf(() => createAccessKeys({ certsUrl, clock: () => NOW }))).toBe(
      "keys_misconfigured",
    );
  });

  test.each(["http://127.0.0.1:1/certs", "http://[::1]:1/certs", "http://localhost:1/certs", CERTS_URL])(
    "takes %s",
    async (certsUrl) => {
      const keys = createAccessKeys({
        certsUrl,
        clock: () => NOW,
        fetch: async () => certsResponse(edgeKey.jwk),
      });
      await keys.refresh();
      expect(keys.ready().ready).toBe(true);
      keys.close();
    },
  );

  test("follows no redirect: Istio CVE-2026-41413, the canary is not called", async () => {
    let canaryCalls = 0;
    using canary = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(String(canaryCalls++)),
    });
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => Response.redirect(canary.url.href, 302),
    });
    const keys = createAccessKeys({ certsUrl: server.url.href, clock: () => NOW });
    await keys.refresh();
    expect(keys.ready().lastError).toBe("access.certs_url answered with status 302");
    expect(canaryCalls).toBe(0);
    keys.close();
  });

  test("Traefik CVE-2026-26998: a body without an end is cut off at 64 KiB", async () => {
    let sentBytes = 0;
    const body = new ReadableStream({
      pull(controller) {
        sentBytes += 1_024;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
    });
    const { keys } = createRig({ fetch: async () => new Response(body) });
    await keys.refresh();
    expect(keys.ready().lastError).toBe("access.certs_url answered with more than 65536 bytes");
    expect(sentBytes).toBeLessThan(128 * 1_024);
    keys.close();
  });

  test("gives up on a server that sends its headers and hangs", async () => {
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () =>
        new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("{")) })),
    });
    const keys = createAccessKeys({ certsUrl: server.url.href, clock: () => NOW, timeoutMs: 50 });
    await keys.refresh();
    expect(keys.ready().lastError).toBe("access.certs_url did not answer, or not with a key document");
    keys.close();
    await server.stop(true);
  });
});
