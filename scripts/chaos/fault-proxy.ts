import { createConnection, createServer, type Socket } from "node:net";

/** What happens to the bytes that a server sends back. */
export type WireFault =
  | { readonly kind: "none" }
  /** Each piece comes later, by `delayMs` and up to `jitterMs` more, in order. */
  | { readonly kind: "latency"; readonly delayMs: number; readonly jitterMs: number }
  /** Connected, and silent. */
  | { readonly kind: "blackhole" }
  /** The connection is reset once so many bytes have come back. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** The connection ends in good order once so many bytes have come back. */
  | { readonly kind: "truncate"; readonly afterBytes: number }
  /** One byte each `everyMs`. */
  | { readonly kind: "drip"; readonly everyMs: number }
  /** Random bytes instead. */
  | { readonly kind: "garbage" }
  /** The server is not asked: each command of Redis' protocol gets this reply. */
  | { readonly kind: "reply"; readonly line: string };

/** Stands between a client and a server on loopback, and does to their connections what it is told. */
export interface FaultProxy {
  readonly port: number;
  /** From now on, for connections that are open too. */
  setFault(fault: WireFault): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** `random` is from 0 to 1. */
export async function startFaultProxy(
  target: { readonly host: string; readonly port: number },
  random: () => number,
): Promise<FaultProxy> {
  let fault: WireFault = { kind: "none" };
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = createConnection(target.port, target.host);
    const link = new Link(client, upstream, random, () => fault);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        link.end();
      });
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fault proxy has no port");
  return {
    port: address.port,
    setFault(next) {
      fault = next;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Heads of commands in Redis' protocol: a line that says how many parts follow. */
const COMMANDS = /^\*\d+\r$/gm;

/** One connection, and what has come back on it. */
class Link {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #random: () => number;
  readonly #fault: () => WireFault;
  #returned = 0;
  #isCut = false;
  /** Pieces leave in the order in which they came, however long each is held. */
  #last: Promise<void> = Promise.resolve();

  constructor(client: Socket, upstream: Socket, random: () => number, fault: () => WireFault) {
    this.#client = client;
    this.#upstream = upstream;
    this.#random = random;
    this.#fault = fault;
    // What is written before there is a connection would each wait for it.
    client.pause();
    upstream.once("connect", () => client.resume());
    client.on("data", (bytes) => this.#ask(Buffer.from(bytes)));
    upstream.on("data", (bytes) => this.#answer(Buffer.from(bytes)));
  }

  end(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }

  #ask(bytes: Buffer): void {
    const fault = this.#fault();
    if (fault.kind !== "reply") {
      this.#upstream.write(bytes);
      return;
    }
    const commands = bytes.toString("latin1").match(COMMANDS)?.length ?? 0;
    this.#client.write(`${fault.line}\r\n`.repeat(commands));
  }

  #answer(bytes: Buffer): void {
    const fault = this.#fault();
    if (fault.kind === "blackhole") return;
    if (fault.kind === "reset" || fault.kind === "truncate") this.#cut(bytes, fault.afterBytes, fault.kind);
    else if (fault.kind === "drip") for (const byte of bytes) this.#sendAfter(fault.everyMs, Buffer.of(byte));
    else if (fault.kind === "latency")
      this.#sendAfter(fault.delayMs + this.#random() * fault.jitterMs, bytes);
    else if (fault.kind === "garbage") this.#sendAfter(0, this.#scramble(bytes));
    else this.#sendAfter(0, bytes);
  }

  #scramble(bytes: Buffer): Buffer {
    return Buffer.from(bytes.map(() => Math.floor(this.#random() * 256)));
  }

  #cut(bytes: Buffer, afterBytes: number, kind: "reset" | "truncate"): void {
    const left = Math.max(afterBytes - this.#returned, 0);
    if (this.#isCut) return;
    this.#returned += bytes.length;
    this.#sendAfter(0, bytes.subarray(0, left));
    if (bytes.length < left) return;
    this.#isCut = true;
    void this.#last.then(() => {
      if (kind === "reset") this.#client.resetAndDestroy();
      else this.#client.end();
    });
  }

  #sendAfter(delayMs: number, bytes: Buffer): void {
    this.#last = this.#last.then(async () => {
      if (delayMs > 0) await Bun.sleep(delayMs);
      if (!this.#client.destroyed) this.#client.write(bytes);
    });
  }
}
