import { expect, test } from "bun:test";
import { createConnection, createServer } from "node:net";
import { startFaultProxy, type WireFault } from "../../scripts/chaos/fault-proxy.ts";

const ANSWER = "a".repeat(40);

/** What comes back through a proxy with a fault within `forMs`, and whether the connection is over then. */
async function askThrough(fault: WireFault, forMs: number) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => socket.write(ANSWER));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  await using proxy = await startFaultProxy({ host: "127.0.0.1", port: address.port }, () => 0.5);
  proxy.setFault(fault);
  const client = createConnection(proxy.port, "127.0.0.1");
  let [came, over] = ["", false];
  client.on("data", (bytes) => {
    came += Buffer.from(bytes).toString("latin1");
  });
  client.on("error", () => {});
  client.on("close", () => {
    over = true;
  });
  client.write("*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n");
  const endsAt = performance.now() + forMs;
  while (performance.now() < endsAt && came.length < ANSWER.length && !over) await Bun.sleep(5);
  const seen = { came, over };
  client.destroy();
  server.close();
  return seen;
}

test("a proxy without a fault passes everything on", async () => {
  expect(await askThrough({ kind: "none" }, 60_000)).toEqual({ came: ANSWER, over: false });
});

test("latency holds an answer back and loses nothing of it", async () => {
  const startedAt = performance.now();
  expect((await askThrough({ kind: "latency", delayMs: 50, jitterMs: 50 }, 60_000)).came).toBe(ANSWER);
  expect(performance.now() - startedAt).toBeGreaterThan(74);
});

test("a black hole is connected and silent", async () => {
  expect(await askThrough({ kind: "blackhole" }, 100)).toEqual({ came: "", over: false });
});

test.each(["reset", "truncate"] as const)("%s ends the connection after so many bytes", async (kind) => {
  const { came, over } = await askThrough({ kind, afterBytes: 10 }, 60_000);
  expect(over).toBe(true);
  expect(ANSWER.slice(0, 10)).toStartWith(came);
});

test("a drip comes byte by byte", async () => {
  const { came, over } = await askThrough({ kind: "drip", everyMs: 1_000 }, 100);
  expect(came.length).toBeLessThan(2);
  expect(over).toBe(false);
});

test("garbage is as long as the answer, and something else", async () => {
  const { came } = await askThrough({ kind: "garbage" }, 60_000);
  expect(came).toHaveLength(ANSWER.length);
  expect(came).not.toBe(ANSWER);
});

test("a reply is given to each command, and the server is not asked", async () => {
  expect((await askThrough({ kind: "reply", line: "-LOADING" }, 200)).came).toBe("-LOADING\r\n-LOADING\r\n");
});
