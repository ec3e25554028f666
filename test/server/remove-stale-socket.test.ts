import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListenError, listen } from "../../src/server/listen.ts";
import { removeStaleSocket } from "../../src/server/remove-stale-socket.ts";

const hello = () => new Response("hello");
let folder: string;
let address: { readonly kind: "unix"; readonly path: string };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-socket-"));
  address = { kind: "unix", path: join(folder, "postern.sock") };
});
afterEach(() => rm(folder, { recursive: true }));

/** Leaves a socket file behind, as a process does that is killed. */
async function leaveSocket(): Promise<void> {
  const script =
    "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))";
  await Bun.spawn([process.execPath, "-e", script, address.path], { stderr: "ignore" }).exited;
}

async function listenAt(path: string): Promise<Server> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer().listen(path, resolve);
  await promise;
  return server;
}

test("the socket of a process that was killed does not keep the next one from listening", async () => {
  await leaveSocket();
  expect(() => listen(hello, address)).toThrow(ListenError);
  await removeStaleSocket(address);
  const listener = listen(hello, address);
  expect(await (await fetch("http://localhost/", { unix: address.path })).text()).toBe("hello");
  await listener.stop(0);
});

test("a socket that a living process listens at is left to it", async () => {
  const server = await listenAt(address.path);
  await removeStaleSocket(address);
  expect(() => listen(hello, address)).toThrow("it is taken");
  server.close();
});

test("what is no socket is not removed", async () => {
  await writeFile(address.path, "mine");
  await removeStaleSocket(address);
  expect(await Bun.file(address.path).text()).toBe("mine");
});

test("nothing there is nothing to do", async () => {
  await removeStaleSocket(address);
  await removeStaleSocket({ kind: "tcp", host: "127.0.0.1", port: 1 });
});
