import { expect, test } from "bun:test";
import { once } from "node:events";
import { listenHttp } from "../../src/server/proxy/listen-http.ts";
import type { ProxyReply } from "../../src/server/proxy/reply.ts";
import { connectTo, parseReply } from "../support/raw-http.ts";

const PERMIT: ProxyReply = { status: 200, id: "d-1", reason: null, headers: {}, body: "" };
const LOOPBACK = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const PATIENCE_MS = 600_000;

test("a listener that stops closes the connections that are in use with their next answer", async () => {
  const [asked, mayAnswer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answer = async () => {
    asked.resolve();
    await mayAnswer.promise;
    return PERMIT;
  };
  const listener = await listenHttp({ answer, refuse: () => PERMIT }, LOOPBACK, null, false);
  const socket = connectTo(listener.url);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk;
  });
  socket.write("GET / HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n");
  await asked.promise;
  const stopped = listener.stop(PATIENCE_MS);
  mayAnswer.resolve();
  await once(socket, "close");
  const { status, headers } = parseReply(text);
  expect([status, headers.get("connection")]).toEqual([200, "close"]);
  await stopped;
});

test("a listener that serves leaves a connection open for the next question", async () => {
  const listener = await listenHttp(
    { answer: async () => PERMIT, refuse: () => PERMIT },
    LOOPBACK,
    null,
    false,
  );
  const socket = connectTo(listener.url);
  for (let question = 0; question < 2; question++) {
    socket.write("GET / HTTP/1.1\r\nHost: wiki.example.com\r\n\r\n");
    const [chunk] = await once(socket, "data");
    const { status, headers } = parseReply(String(chunk));
    expect([status, headers.get("connection")]).toEqual([200, "keep-alive"]);
  }
  socket.end();
  await listener.stop(PATIENCE_MS);
});
