import { afterEach, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:net";
import { TokenError } from "../../src/token/token-error.ts";
import { createFaultyStore, type FaultyStore, STORE_DOWN } from "../support/faulty-store.ts";
import { openDirectly } from "./direct-rig.ts";
import { accessHeaderFor, accessTokenFor, HTTP_KINDS, outcomeOf, PROXY_POLICIES, ProxyRig } from "./rig.ts";

const LINKED = `${PROXY_POLICIES}
  - name: linked
    domain: linked.example.com
    policies:
      - { name: Wiki, decision: service_auth, include: [{ linked_app_token: { app_uid: wiki } }] }
`;

describe("while the store", () => {
  let rig: ProxyRig;
  afterEach(() => rig[Symbol.asyncDispose]());

  async function start(): Promise<FaultyStore> {
    const faulty = createFaultyStore();
    rig = await ProxyRig.start(LINKED, { store: faulty.store });
    return faulty;
  }

  const ask = async (host: string, headers: readonly string[]) =>
    outcomeOf(await rig.ask("nginx", { host: `${host}.example.com`, headers }));

  test("is down, nobody is let in by a login, and open doors stay open", async () => {
    const faulty = await start();
    faulty.before = STORE_DOWN;
    const ada = await accessHeaderFor();
    expect(await ask("wiki", [ada])).toBe("403 store_unavailable");
    expect(await ask("status", [ada])).toBe("200");
    expect(await ask("linked", [`Cf-Access-Token: ${await accessTokenFor()}`])).toMatch(/^403 /);
  });

  test("hangs, a proxy is told 403 in time", async () => {
    const faulty = await start();
    faulty.before = () => new Promise(() => {});
    const ada = await accessHeaderFor();
    const startedAt = performance.now();
    expect(await ask("wiki", [ada])).toMatch(/^403 deadline_exceeded$/);
    expect(await ask("linked", [`Cf-Access-Token: ${await accessTokenFor()}`])).toMatch(/^403 /);
    expect(await ask("status", [])).toBe("200");
    // Far above what is promised, and far below what a hanging store would take.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

const ASKED = {
  method: "GET",
  target: "/",
  headers: ["Host", "status.example.com", "X-Forwarded-Proto", "https"],
};

test("a permit that cannot be signed is a denial", async () => {
  const { answer } = await openDirectly("envoy-http", PROXY_POLICIES, {
    sign: async () => {
      throw new TokenError("signer_failed", "broken");
    },
  });
  expect(await answer(ASKED)).toMatchObject({ status: 403, reason: "signing_failed" });
});

test("a signature that does not come is a denial, in time", async () => {
  const { answer } = await openDirectly("envoy-http", PROXY_POLICIES, {
    sign: () => new Promise(() => {}),
    deadlineMs: 50,
  });
  expect(await answer(ASKED)).toMatchObject({ status: 403, reason: "signing_failed" });
});

test("a permit that cannot be written to the log is a denial", async () => {
  const failures: unknown[] = [];
  const { answer } = await openDirectly("envoy-http", PROXY_POLICIES, {
    onDecision: async () => {
      throw new Error("no space left on the device");
    },
    onFailure: (error) => failures.push(error),
  });
  expect(await answer(ASKED)).toMatchObject({ status: 403, reason: "failed" });
  expect(failures).toHaveLength(1);
});

test("a permit is not answered before it is in the log", async () => {
  const written = Promise.withResolvers<void>();
  const { answer } = await openDirectly("envoy-http", PROXY_POLICIES, { onDecision: () => written.promise });
  let status = 0;
  const answered = answer(ASKED).then((reply) => {
    status = reply.status;
  });
  await Bun.sleep(20);
  expect(status).toBe(0);
  written.resolve();
  await answered;
  expect(status).toBe(200);
});

test("whatever breaks is a denial: 403, never 5xx (CVE-2026-54762, CVE-2026-27586)", async () => {
  const failures: unknown[] = [];
  const { answer } = await openDirectly("envoy-http", PROXY_POLICIES, {
    sign: () => {
      throw new RangeError("a mistake of ours");
    },
    onFailure: (error) => failures.push(error),
  });
  expect(await answer(ASKED)).toMatchObject({ status: 403, reason: "failed" });
  expect(failures).toHaveLength(1);
});

test("CVE-2026-24513: faulty policies are refused, and the last good ones go on denying", async () => {
  await using rig = await ProxyRig.start();
  await rig.service.writePolicies(PROXY_POLICIES.replace("email_domain", "everybody"));
  await rig.service.reload();
  expect(outcomeOf(await rig.ask("nginx"))).toBe("401 login_required");
  expect(outcomeOf(await rig.ask("nginx", { host: "status.example.com" }))).toBe("200");
});

test.each([...HTTP_KINDS, "envoy-grpc"])("a port that is taken is told at start: %s", async (kind) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const bound = taken.address();
  const listen = `127.0.0.1:${typeof bound === "object" ? bound?.port : 0}`;
  const starting = ProxyRig.start(PROXY_POLICIES, {
    config: { proxies: [{ kind, listen, peers: ["127.0.0.1"] }] },
  });
  expect(starting).rejects.toThrow(/cannot listen on .*: it is taken/);
  await starting.catch(() => {});
  taken.close();
});

test("a proxy may ask over a Unix socket, whose folder decides who may", async () => {
  const path = `/tmp/postern-proxy-${crypto.randomUUID()}.sock`;
  const proxies = [{ kind: "caddy", listen: `unix:${path}` }];
  await using rig = await ProxyRig.start(PROXY_POLICIES, { config: { proxies } });
  expect(rig.service.urlOf("caddy")).toBe(`unix:${path}`);
  const headers = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Host": "status.example.com",
    "X-Forwarded-Uri": "/",
  };
  expect((await fetch("http://postern/", { unix: path, headers })).status).toBe(200);
});

test("a listener that stops lets what is under way finish, and does not wait for idle connections", async () => {
  const rig = await ProxyRig.start();
  const idle = await fetch(rig.service.urlOf("nginx"), { headers: { Connection: "keep-alive" } });
  await idle.text();
  // Far longer than a test may take.
  await rig.service.shutDown(600_000);
  await rig[Symbol.asyncDispose]();
});
