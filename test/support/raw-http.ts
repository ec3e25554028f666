import { createConnection, type Socket } from "node:net";

/** What came back on a socket before the server closed it. */
export interface RawReply {
  /** Null where the server closed without a word. */
  readonly status: number | null;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** All of it, as it came. */
  readonly text: string;
}

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  /** `Host: …`; null for none. */
  readonly host?: string | null;
  /** Header lines beside those for the host, the length and the end of the connection. */
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Where it is not that of the body. */
  readonly contentLength?: number | string | null;
}

export const JSON_TYPE = "Content-Type: application/json";

/** Patience with an answer; what takes longer hangs. */
const PATIENCE_MS = 60_000;

/** The bytes of a request that asks for the connection to be closed after it. */
export function renderRequest(request: RawRequest): string {
  const { method = "POST", target = "/", host = "postern.example.com", headers = [], body = "" } = request;
  const { contentLength = Buffer.byteLength(body) } = request;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...headers,
    "Connection: close",
    ...(contentLength === null ? [] : [`Content-Length: ${contentLength}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

/** One body as one chunk, without a length. */
export function renderChunked(body: string): string {
  return `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

/** Sends these very bytes to `url` and reads until the server closes. Throws where it does not. */
export function sendRaw(url: string, bytes: string | Uint8Array): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const socket = connectTo(url);
  const chunks: Buffer[] = [];
  const late = setTimeout(() => {
    socket.destroy();
    reject(new Error(`the server neither answered nor closed: ${Buffer.concat(chunks)}`));
  }, PATIENCE_MS);
  socket.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
  // A server that has had enough may close before all of a request is written.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(late);
    resolve(parseReply(Buffer.concat(chunks).toString()));
  });
  socket.write(bytes);
  return promise;
}

/** A connection to a listener; who opens it closes it. */
export function connectTo(url: string): Socket {
  const { hostname, port } = new URL(url);
  return createConnection(Number(port), hostname);
}

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** Reads an answer that came to its end. */
export function parseReply(whole: string): RawReply {
  const text = whole.startsWith(CONTINUE) ? whole.slice(CONTINUE.length) : whole;
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1];
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: status === undefined ? null : Number(status), headers, body: rest.join("\r\n\r\n"), text };
}
