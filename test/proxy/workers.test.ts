import { afterEach, expect, test } from "bun:test";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { sendRaw } from "../support/raw-http.ts";
import { Workspace } from "../support/run-verb.ts";
import { until } from "../support/until.ts";
import { AS_SENT_BY } from "./rig.ts";

const POLICIES = `
applications:
  - name: status
    domain: status.example.com
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
  - name: wiki
    domain: wiki.example.com
    policies: [{ name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }]
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
}, 180_000);

test("workers each take up a new configuration, and none that only a restart changes, not even a new one", async () => {
  const [nginx, admin] = [await findFreePort(), await findFreePort()];
  const sections = {
    listen: { admin: `127.0.0.1:${admin}` },
    proxies: [{ kind: "nginx", listen: `127.0.0.1:${nginx}`, peers: ["127.0.0.1"] }],
    workers: 2,
    access: { team_domain: "https://a.cloudflareaccess.com", certs_url: "http://127.0.0.1:1/" },
  };
  await configure({ ...sections, login_url: "https://one.example.com/?{url}" });
  const child = workspace.spawn(["serve"]);
  let out = "";
  const reading = (async () => {
    for await (const chunk of child.stdout) out += Buffer.from(chunk).toString();
  })();
  const write = async (extra: object) => {
    const text = await Bun.file(join(workspace.folder, "postern.yaml")).text();
    await workspace.write({ "postern.yaml": JSON.stringify({ ...JSON.parse(text), ...extra }) });
  };
  const ask = () => sendRaw(`http://127.0.0.1:${nginx}`, AS_SENT_BY.nginx({ host: "wiki.example.com" }));
  /** The logins that some answers lead to: each worker gives some of them. */
  const logins = async () => {
    const replies = await Promise.all(Array.from({ length: 16 }, ask));
    return [...new Set(replies.map(({ headers }) => headers.get("location")?.split("?")[0]))];
  };
  const readiness = async () => (await fetch(`http://127.0.0.1:${admin}/readyz`)).text();
  await until(() =>
    readiness().then(
      (text) => text.includes("checks"),
      () => false,
    ),
  );
  expect(await logins()).toEqual(["https://one.example.com/"]);
  await write({ login_url: "https://two.example.com/?{url}" });
  await until(async () => (await logins()).join() === "https://two.example.com/");
  await write({ login_url: "https://three.example.com/?{url}", store: "sqlite:./other.db" });
  child.kill("SIGHUP");
  await until(async () => (await readiness()).includes("only a restart changes store"));
  expect(await logins()).toEqual(["https://two.example.com/"]);
  const [worker = 0] = await findWorkers(child.pid);
  process.kill(worker, "SIGKILL");
  await until(() => out.includes("a worker could not be replaced"));
  expect(out).toContain("the configuration has changed in what only a restart changes");
  expect(await logins()).toEqual(["https://two.example.com/"]);
  expect(await readiness()).toContain("1 of the workers ended");
  expect(await Bun.file(join(workspace.folder, "other.db")).exists()).toBe(false);
  child.kill("SIGTERM");
  expect(await child.exited).toBe(0);
  await reading;
}, 180_000);

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
    /listen\.public: port 0 would give each worker a port of its own/,
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
  expect(await child.stderr.text()).toContain("it is taken");
  taken.close();
}, 180_000);
