import { connect } from "node:tls";
import { parseReply, type RawReply } from "../support/raw-http.ts";
import type { ClientFiles } from "./tls-files.ts";

/** Patience with an answer; what takes longer hangs. */
const PATIENCE_MS = 60_000;

export interface TlsClient {
  /** Of the server. */
  readonly authority: string;
  /** The certificate that the client shows; none unless told. */
  readonly client?: ClientFiles | null;
  /** When it goes away without an answer, in milliseconds. */
  readonly leavesAfterMs?: number | undefined;
}

/**
 * Sends these very bytes over TLS to a port of this machine that stands for `host`. Throws where the server
 * neither answers nor closes, unless the client was to leave.
 */
export function sendOverTls(
  port: number,
  host: string,
  bytes: string,
  { authority, client = null, leavesAfterMs }: TlsClient,
): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const chunks: Buffer[] = [];
  const options = { host: "127.0.0.1", port, ca: authority, servername: host.replace(/:\d+$/, "") };
  const socket = connect({ ...options, ...client }, () => socket.write(bytes));
  const late = setTimeout(() => {
    socket.destroy();
    if (leavesAfterMs === undefined) {
      reject(new Error(`the proxy neither answered nor closed: ${Buffer.concat(chunks)}`));
    }
  }, leavesAfterMs ?? PATIENCE_MS);
  socket.on("data", (chunk) => chunks.push(Buffer.from(chunk)));
  // A proxy may cut off a client whose certificate it does not accept.
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(late);
    resolve(parseReply(Buffer.concat(chunks).toString()));
  });
  return promise;
}
