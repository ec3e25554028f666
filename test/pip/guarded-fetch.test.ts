import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { parseRange } from "../../src/core/ip-address.ts";
import { createAddressGuard, PUBLIC_ONLY, type Reach } from "../../src/pip/address-guard.ts";
import { createGuardedFetch, type Network } from "../../src/pip/guarded-fetch.ts";
import { createGuardedLookup } from "../../src/pip/guarded-lookup.ts";
import { createRetryAfter } from "../../src/pip/retry-after.ts";
import type { HostFetch } from "../../src/plugin.ts";
import { NOON } from "../support/records.ts";
import { answer, serve } from "./fault-server.ts";
import { LOOPBACK } from "./rig.ts";

/** A network in which names have the addresses they are given, and nobody is ever really asked. */
function fakeNetwork(names: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const network: Network = {
    resolve: async (host) => names[host] ?? [],
    async fetch(url) {
      asked.push(url);
      return new Response("ok");
    },
  };
  return { network, asked };
}

function fetchOver(network: Network, reach: Reach = PUBLIC_ONLY, timeoutMs = 1_000): HostFetch {
  const lookUp = createGuardedLookup(createAddressGuard(reach), network.resolve);
  const retryAfter = createRetryAfter({
    clock: () => NOON,
    elapsedMs: () => 0,
    random: () => 0,
    log: () => {},
  });
  return createGuardedFetch({ lookUp, timeoutMs, maxBytes: 10_000, network, retryAfter });
}

const ranges = (...texts: readonly string[]) => texts.flatMap((text) => parseRange(text) ?? []);

describe("an address that no plugin may reach unless it is listed", () => {
  test.each([
    ["loopback", "http://127.0.0.1/"],
    ["loopback, elsewhere in the block", "http://127.9.9.9/"],
    ["loopback as one number", "http://2130706433/"],
    ["loopback in hexadecimal", "http://0x7f.1/"],
    ["loopback in octal", "http://0177.0.0.1/"],
    ["IPv6 loopback", "http://[::1]/"],
    ["IPv4 loopback mapped into IPv6", "http://[::ffff:127.0.0.1]/"],
    ["IPv4 in IPv6, the old way", "http://[::127.0.0.1]/"],
    ["IPv4 behind NAT64", "http://[64:ff9b::7f00:1]/"],
    ["IPv4 behind 6to4", "http://[2002:7f00:1::]/"],
    ["IPv4 behind Teredo", "http://[2001:0:7f00:1::]/"],
    ["this host", "http://0.0.0.0/"],
    ["a private network", "http://10.1.2.3/"],
    ["another private network", "http://172.31.255.255/"],
    ["a home network", "http://192.168.1.1/"],
    ["a carrier's network", "http://100.64.0.1/"],
    ["the metadata service", "http://169.254.169.254/latest/meta-data/"],
    ["the metadata service over IPv6", "http://[fd00:ec2::254]/"],
    ["the metadata service of Alibaba", "http://100.100.100.200/"],
    ["the metadata service of Azure", "http://168.63.129.16/"],
    ["link-local IPv6", "http://[fe80::1]/"],
    ["multicast", "http://224.0.0.1/"],
    ["broadcast", "http://255.255.255.255/"],
    ["documentation", "http://203.0.113.9/"],
  ])("is %s: %s", async (_, url) => {
    const { network, asked } = fakeNetwork({});
    await expect(fetchOver(network)(url)).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toEqual([]);
    const anywhere = { hosts: [], ranges: ranges("0.0.0.0/0", "::/0") };
    expect(await fetchOver(network, anywhere)(url).then((response) => response.text())).toBe("ok");
  });

  test.each([
    ["that a name has", { "a.test": ["10.0.0.1"] }],
    ["among others that a name has", { "a.test": ["93.184.215.14", "10.0.0.1"] }],
    ["because a name has none", { "a.test": [] }],
    ["because the resolver gave something else", { "a.test": ["not an address"] }],
  ])("is one %s", async (_, names) => {
    const { network, asked } = fakeNetwork(names);
    await expect(fetchOver(network)("https://a.test/")).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toEqual([]);
  });

  test("is reached where the host is listed by name, in any case, and no other is", async () => {
    const { network, asked } = fakeNetwork({ "a.test": ["10.0.0.1"], "b.test": ["10.0.0.1"] });
    const fetch = fetchOver(network, { hosts: ["A.test"], ranges: [] });
    await fetch("https://a.test:8443/x?y");
    await expect(fetch("https://b.test/")).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toEqual(["https://10.0.0.1:8443/x?y"]);
  });

  test("is reached where its block is listed, and outside of it not", async () => {
    const { network } = fakeNetwork({ "a.test": ["10.0.0.1"], "b.test": ["10.1.0.1"] });
    const fetch = fetchOver(network, { hosts: [], ranges: ranges("10.0.0.0/16") });
    expect((await fetch("https://a.test/")).status).toBe(200);
    await expect(fetch("https://b.test/")).rejects.toMatchObject({ code: "unreachable" });
  });

  test("is the same host with a trailing dot: reached where it is listed, and else not", async () => {
    const { network, asked } = fakeNetwork({ "a.test": ["127.0.0.1"] });
    await expect(fetchOver(network)("http://a.test./")).rejects.toMatchObject({ code: "unreachable" });
    expect(asked).toEqual([]);
    await fetchOver(network, { hosts: ["a.test"], ranges: [] })("http://a.test./");
    expect(asked).toEqual(["http://127.0.0.1/"]);
  });

  test.each(["file:///etc/passwd", "data:,x", "ftp://93.184.215.14/", "s3://bucket/key", "no address"])(
    "is no address of a web server: %s",
    async (url) => {
      const { network, asked } = fakeNetwork({});
      await expect(fetchOver(network)(url)).rejects.toMatchObject({ code: "unreachable" });
      expect(asked).toEqual([]);
    },
  );
});

describe("a name", () => {
  test("that is rebound between check and connection is connected to where it was checked", async () => {
    using checked = await serve(answer("200 OK", "checked"));
    using rebound = await serve(answer("200 OK", "rebound"));
    let resolutions = 0;
    const network: Network = {
      // A rebinding resolver: the first answer may be reached, every later one is the victim's.
      resolve: async () => (resolutions++ === 0 ? ["127.0.0.1"] : ["127.0.0.2"]),
      fetch: (url, init) => fetch(url, init),
    };
    const reach = { hosts: [], ranges: ranges("127.0.0.1/32") };
    const response = await fetchOver(network, reach)(`http://rebind.test:${checked.port}/`);
    expect(await response.text()).toBe("checked");
    expect({ resolutions, rebound: rebound.heard() }).toEqual({ resolutions: 1, rebound: 0 });
    const again = fetchOver(network, reach)(`http://rebind.test:${rebound.port}/`);
    await expect(again).rejects.toMatchObject({ code: "unreachable" });
    expect(rebound.heard()).toBe(0);
  });

  test("is sent as Host, whatever address is connected to and whatever the plugin says", async () => {
    let heard = "";
    using server = await serve((socket) => answer("200 OK", "ok")(socket));
    const network: Network = {
      resolve: async () => ["127.0.0.1"],
      fetch(url, init) {
        heard = new Headers(init.headers).get("host") ?? "";
        return fetch(url, init);
      },
    };
    await fetchOver(network, LOOPBACK)(`http://a.test:${server.port}/`, { headers: { Host: "evil.test" } });
    expect(heard).toBe(`a.test:${server.port}`);
  });

  test("that answers at its second address only is found there", async () => {
    using server = await serve(answer("200 OK", "second"));
    const network: Network = {
      resolve: async () => ["127.0.0.9", "127.0.0.1"],
      fetch: (url, init) => fetch(url, init),
    };
    const response = await fetchOver(network, LOOPBACK)(`http://a.test:${server.port}/`);
    expect(await response.text()).toBe("second");
  });

  test("that is never resolved is given up in time", async () => {
    const network: Network = { resolve: () => new Promise(() => {}), fetch };
    const fetchSoon = fetchOver(network, PUBLIC_ONLY, 20);
    await expect(fetchSoon("https://a.test/")).rejects.toMatchObject({ code: "timeout" });
    const aborted = fetchOver(network)("https://a.test/", { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("an answer", () => {
  test.each([
    ["200 OK", 200],
    ["204 No Content", 204],
    ["404 Not Found", 404],
  ])("with %s is the plugin's to read", async (status, expected) => {
    using server = await serve(answer(status, ""));
    const response = await fetchOver({ resolve: async () => [], fetch }, LOOPBACK)(server.url);
    expect(response.status).toBe(expected);
  });

  test("that came compressed is handed on as it was before", async () => {
    using server = await serve(answer("200 OK", gzipSync("plain"), ["Content-Encoding: gzip"]));
    const response = await fetchOver({ resolve: async () => [], fetch }, LOOPBACK)(server.url);
    expect(response.headers.get("content-encoding")).toBeNull();
    expect(await response.text()).toBe("plain");
  });

  test.each([
    ["301 Moved Permanently", "refused"],
    ["304 Not Modified", "refused"],
    ["400 Bad Request", "failed"],
    ["401 Unauthorized", "refused"],
    ["403 Forbidden", "refused"],
    ["429 Too Many Requests", "refused"],
    ["500 Internal Server Error", "failed"],
    ["503 Service Unavailable", "failed"],
  ])("with %s is an error: %s", async (status, code) => {
    using server = await serve(answer(status, "", ["Location: http://127.0.0.1/"]));
    await expect(fetchOver({ resolve: async () => [], fetch }, LOOPBACK)(server.url)).rejects.toMatchObject({
      code,
    });
  });
});
