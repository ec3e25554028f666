import { afterEach, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:net";
import { sendRaw } from "../support/raw-http.ts";
import { Workspace } from "../support/run-verb.ts";
import { until } from "../support/until.ts";
import { AS_SENT_BY } from "./rig.ts";

const POLICIES = `
applications:
  - name: status
    domain: status.example.com
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
`;

let workspace: Workspace;
afterEach(() => workspace[Symbol.dispose]());

/** A port of loopback that nothing listens on. */
async function findFreePort(): Promise<number> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  await server.stop(true);
  return port;
}

async function configure(extra: object): Promise<void> {
  workspace = new Workspace();
  const config = {
    public_url: "https://postern.example.com",
    store: "sqlite:./postern.db",
    policies: "./policies.yaml",
    ...extra,
  };
  await workspace.write({ "policies.yaml": POLICIES, "postern.yaml": JSON.stringify(config) });
}

test("workers share the port of a proxy, are counted together, are replaced, and end with who leads them", async () => {
  const [nginx, admin] = [await findFreePort(), await findFreePort()];
  await configure({
    listen: { admin: `127.0.0.1:${admin}` },
    proxies: [{ kind: "nginx", listen: `127.0.0.1:${nginx}`, peers: ["127.0.0.1"] }],
    workers: 2,
  });
  const child = workspace.spawn(["serve"]);
  const read = async (path: string) => (await fetch(`http://127.0.0.1:${admin}${path}`)).text();
  const ready = () =>
    read("/readyz").then(
      (text) => JSON.parse(text).status === "ready",
      () => false,
    );
  await until(ready);
  const ask = () => sendRaw(`http://127.0.0.1:${nginx}`, AS_SENT_BY.nginx({ host: "status.example.com" }));
  const replies = await Promise.all(Array.from({ length: 20 }, ask));
  expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(await read("/metrics")).toContain(
    'decisions_total{application="status",outcome="permit",reason="policy_bypassed",cause="known"} 20',
  );
  const [worker = 0] = await findWorkers(child.pid);
  process.kill(worker, "SIGKILL");
  await until(async () => {
    const workers = await findWorkers(child.pid);
    return workers.length === 2 && !workers.includes(worker) && (await ready());
  });
  expect((await ask()).status).toBe(200);
  const left = await findWorkers(child.pid);
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  for (const pid of left) expect(() => process.kill(pid, 0)).toThrow();
}, 30_000);

async function findWorkers(lead: number): Promise<readonly number[]> {
  const text = await Bun.file(`/proc/${lead}/task/${lead}/children`).text();
  return text
    .trim()
    .split(" ")
    .filter((pid) => pid !== "")
    .map(Number);
}

test.each([
  [
    "a store that is one process's own",
    { store: "memory:", listen: { public: "127.0.0.1:8080" } },
    /store: memory: is one process's own/,
  ],
  [
    "a port that each would choose for itself",
    { listen: { public: "127.0.0.1:0" } },
    /listen\.public: workers share a port that is named/,
  ],
  [
    "a Unix socket",
    { proxies: [{ kind: "caddy", listen: "unix:/tmp/postern-test.sock" }] },
    /proxies\[0\]\.listen: workers cannot share a Unix socket/,
  ],
])("workers are refused %s", async (_, extra, message) => {
  await configure(extra);
  const child = workspace.spawn(["serve", "--workers", "2"]);
  expect(await child.exited).toBe(2);
  expect(await child.stderr.text()).toMatch(message);
});

test("what keeps a worker from starting is told by who leads it", async () => {
  // A server of Bun's might share its port.
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const bound = taken.address();
  const port = typeof bound === "object" ? bound?.port : 0;
  await configure({
    access: { team_domain: "https://a.cloudflareaccess.com" },
    listen: { public: `127.0.0.1:${port}` },
    workers: 2,
  });
  const child = workspace.spawn(["serve"]);
  expect(await child.exited).toBe(2);
  expect(await child.stderr.text()).toContain("something listens there already");
  taken.close();
}, 20_000);
