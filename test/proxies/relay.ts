import { createConnection, createServer, type Socket } from "node:net";

/** What becomes of what a proxy asks: it arrives, nobody listens, nobody ever answers, or something else answers. */
export type Wire = "whole" | "stopped" | "silent" | { readonly answers: string };

/** Stands where a proxy expects Postern, so that Postern can be taken away. */
export class Relay implements AsyncDisposable {
  wire: Wire = "whole";
  readonly #open = new Set<Socket>();
  readonly #server = createServer((socket) => this.#accept(socket));

  private constructor(readonly target: number) {}

  /** Passes on to `target` on this machine. */
  static async open(target: number): Promise<Relay> {
    const relay = new Relay(target);
    const { promise, resolve } = Promise.withResolvers<void>();
    relay.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return relay;
  }

  get address(): string {
    const bound = this.#server.address();
    if (bound === null || typeof bound === "string") throw new Error("the relay is not open");
    return `127.0.0.1:${bound.port}`;
  }

  /** From now on; connections that a proxy has kept are cut. */
  set(wire: Wire): void {
    this.wire = wire;
    for (const socket of this.#open) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set("stopped");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #accept(socket: Socket): void {
    this.#keep(socket);
    const { wire } = this;
    if (wire === "stopped") socket.destroy();
    else if (wire === "whole") {
      const onward = createConnection(this.target, "127.0.0.1");
      this.#keep(onward);
      socket.pipe(onward).pipe(socket);
      socket.on("close", () => onward.destroy());
      onward.on("close", () => socket.destroy());
    } else if (wire !== "silent") socket.once("data", () => socket.end(wire.answers));
  }

  #keep(socket: Socket): void {
    this.#open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#open.delete(socket));
  }
}
