import { expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { type Exchange, Wire } from "../../scripts/chaos/flood/wire.ts";

const PERMIT = "HTTP/1.1 200 OK\r\nX-Postern-Decision: permit\r\nContent-Length: 0\r\n\r\n";
const DENIAL = "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ndenied";

/** Asks through one wire until there were `wanted` outcomes; `answer` is what the server does with each request. */
async function ask(wanted: number, answer: (socket: Socket, nth: number) => void): Promise<string[]> {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => answer(socket, requests++));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const outcomes: string[] = [];
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  const settle = (outcome: string) => {
    if (outcomes.length < wanted) outcomes.push(outcome);
    if (outcomes.length === wanted) resolve();
  };
  const next = (): Exchange => ({
    bytes: Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    onReply: (status) => settle(String(status)),
    onLost: settle,
  });
  const wire = new Wire({ url: () => `http://127.0.0.1:${address.port}`, next });
  await enough;
  await wire.stop();
  server.close();
  return outcomes;
}

test("a wire asks again as soon as it is answered", async () => {
  const outcomes = await ask(3, (socket, nth) => socket.write(nth === 1 ? DENIAL : PERMIT));
  expect(outcomes).toEqual(["200", "403", "200"]);
});

test("an answer that comes in pieces is one answer", async () => {
  const outcomes = await ask(2, (socket) => {
    socket.setNoDelay(true);
    socket.write(DENIAL.slice(0, 20));
    setTimeout(() => socket.write(DENIAL.slice(20, -2)), 5);
    setTimeout(() => socket.write(DENIAL.slice(-2)), 10);
  });
  expect(outcomes).toEqual(["403", "403"]);
});

test("a connection that ends under a request is told, and opened again", async () => {
  const outcomes = await ask(3, (socket, nth) => {
    if (nth === 1) socket.destroy();
    else socket.write(PERMIT);
  });
  expect(outcomes).toEqual(["200", "the connection ended", "200"]);
});
