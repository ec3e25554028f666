import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";

/** A server on loopback that answers every request by what a test tells it to do with the socket. */
export interface FaultServer {
  readonly port: number;
  readonly url: string;
  /** Requests heard so far. */
  readonly heard: () => number;
  [Symbol.dispose](): void;
}

export type Reply = (socket: Socket) => void;

/** Starts a server; with `identity` (PEM) it speaks TLS. */
export async function serve(reply: Reply, identity?: Identity): Promise<FaultServer> {
  let heard = 0;
  const sockets = new Set<Socket>();
  const listen = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", () => {
      heard++;
      reply(socket);
    });
  };
  const server = identity === undefined ? createServer(listen) : tls.createServer(identity, listen);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    url: `${identity === undefined ? "http" : "https"}://127.0.0.1:${address.port}`,
    heard: () => heard,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** A whole answer over HTTP/1.1. */
export function answer(status: string, body: string | Uint8Array, headers: readonly string[] = []): Reply {
  return (socket) => {
    const bytes = Buffer.from(body);
    const head = [`HTTP/1.1 ${status}`, `Content-Length: ${bytes.length}`, "Connection: close", ...headers];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.end(bytes);
  };
}

export function answerJson(value: unknown): Reply {
  return answer("200 OK", JSON.stringify(value), ["Content-Type: application/json"]);
}

/** An answer that comes byte by byte, `everyMs` apart. */
export function drip(body: string, everyMs: number): Reply {
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`);
    let sent = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || sent >= body.length) return clearInterval(timer);
      socket.write(body[sent++] ?? "");
    }, everyMs);
  };
}

/** An answer without an end. */
export const endless: Reply = (socket) => {
  socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const chunk = `4000\r\n${" ".repeat(0x4000)}\r\n`;
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  more();
};

export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority, and what it and others have signed for servers. */
export interface TestIdentities {
  readonly ca: string;
  readonly valid: Identity;
  readonly expired: Identity;
  readonly otherName: Identity;
  readonly selfSigned: Identity;
}

/** Certificates for `source.test`, made by openssl. */
export function makeIdentities(): TestIdentities {
  const folder = mkdtempSync(join(tmpdir(), "postern-pip-"));
  const at = (name: string) => join(folder, name);
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const request = (name: string, ...args: readonly string[]): Identity => {
    const files = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)];
    openssl(["req", ...ec, ...files, "-subj", `/CN=${name}`, ...args]);
    return { key: readFileSync(at(`${name}.key`), "utf8"), cert: readFileSync(at(`${name}.pem`), "utf8") };
  };
  const selfSigned = (name: string, ...args: readonly string[]) =>
    request(name, "-x509", "-days", "2", ...args);
  const altName = (name: string) => ["-addext", `subjectAltName=DNS:${name}`];
  const byCa = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-addext", "basicConstraints=critical,CA:FALSE"];
  // Only the minimal authority of openssl can date a certificate back.
  const makeExpired = (): Identity => {
    const { key } = request("expired", "-new", ...altName("source.test"));
    writeFileSync(at("index"), "");
    writeFileSync(
      at("ca.conf"),
      `[ca]\ndefault_ca=d\n[d]\ndatabase=${at("index")}\nnew_certs_dir=${folder}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n`,
    );
    const files = ["-cert", at("ca.pem"), "-keyfile", at("ca.key"), "-in", at("expired.pem")];
    const dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
    openssl(["ca", "-batch", "-notext", "-config", at("ca.conf"), ...files, ...dates, "-out", at("old.pem")]);
    return { key, cert: readFileSync(at("old.pem"), "utf8") };
  };
  try {
    const ca = selfSigned("ca").cert;
    return {
      ca,
      valid: selfSigned("valid", ...byCa, ...altName("source.test")),
      expired: makeExpired(),
      otherName: selfSigned("other", ...byCa, ...altName("other.test")),
      selfSigned: selfSigned("self", ...altName("source.test")),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openssl(args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args]);
  if (exitCode !== 0) throw new Error(`openssl failed: ${stderr.toString()}`);
}
