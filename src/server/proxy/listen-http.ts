import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { IpSet } from "../../core/ip-set.ts";
import type { Address, Listener } from "../listen.ts";
import type { AnswerProxy } from "./answer-proxy.ts";
import { isPeer, openServer } from "./open-server.ts";
import type { ProxyReply } from "./reply.ts";

/** Tokens, cookies and certificates of a client all come in headers. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Longer than proxies keep idle connections: a connection is closed by who knows that it is not in use. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Serves the contract of one proxy at `address`, on any path. `node:http` it is, because it leaves the target
 * and the header list as they came. `peers` may ask; null where the system has decided who may (a Unix
 * socket), and `shared` says that other processes listen there, too. Throws `ListenError`.
 */
export async function listenHttp(
  { answer, refuse }: AnswerProxy,
  address: Address,
  peers: IpSet | null,
  shared: boolean,
): Promise<Listener> {
  let isDraining = false;
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url: target = "", rawHeaders: headers } = request;
    const reply = isPeer(request.socket.remoteAddress, peers)
      ? await answer({ method, target, headers })
      : refuse("untrusted_peer");
    // Of those that are in use only the client knows when: it is told not to come back.
    if (isDraining) response.setHeader("Connection", "close");
    writeReply(response, reply);
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false }, handle);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // What the parser refuses would be answered with a 400, or not at all: a proxy could take that for an outage.
  server.on("clientError", (_error, socket) => endSocket(socket, refuse("not_http")));
  server.on("connect", (_request, socket) => endSocket(socket, refuse("unknown_method")));
  server.on("checkExpectation", handle);
  const url = await openServer(server, address, shared);
  return {
    url,
    async stop(patienceMs) {
      isDraining = true;
      await close(server, patienceMs);
    },
  };
}

function writeReply(response: ServerResponse, { status, headers, body }: ProxyReply): void {
  response.writeHead(status, { ...headers, "Content-Length": body === "" ? 0 : Buffer.byteLength(body) });
  response.end(body);
}

function endSocket(socket: Duplex, { headers, body }: ProxyReply): void {
  if (!socket.writable) return;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\n${length}${lines.join("")}\r\n${body}`);
}

async function close(server: Server, patienceMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
    resolve();
  }, patienceMs);
  await promise;
  clearTimeout(timer);
}
