import type { Socket } from "bun";

/** One request, and who wants to know what becomes of it. */
export interface Exchange {
  readonly bytes: Uint8Array;
  /** `head`: status line and headers. */
  onReply(status: number, head: string): void;
  /** The connection ended, or was silent for too long. */
  onLost(why: string): void;
}

export interface WireOptions {
  /** Where to connect to now; empty for nowhere. */
  readonly url: () => string;
  readonly next: () => Exchange;
}

const CONNECT_AGAIN_AFTER_MS = 50;
/** What takes longer shows that there is enough to do: the next request waits as long. */
const PROMPT_MS = 60;
const SILENT_AT_MOST_MS = 10_000;
const END_OF_HEAD = "\r\n\r\n";
const LENGTH = /^content-length: *(\d+)/im;

/** A connection that is kept, and asks one thing after the other as fast as it is answered. */
export class Wire {
  readonly #options: WireOptions;
  #socket: Socket | null = null;
  #current: Exchange | null = null;
  #askedAt = 0;
  #received = "";
  #isStopping = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: WireOptions) {
    this.#options = options;
    void this.#connect();
  }

  /** Resolves once the last answer has come. */
  stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#current === null) this.#end();
    return this.#ended.promise;
  }

  /** Gives up on an answer that nobody can be expected to wait for. */
  check(now: number): void {
    if (this.#current !== null && now - this.#askedAt > SILENT_AT_MOST_MS) this.#lose("silence");
  }

  async #connect(): Promise<void> {
    const url = this.#options.url();
    try {
      if (url === "") throw new Error("nobody listens");
      const { hostname, port } = new URL(url);
      this.#socket = await Bun.connect({
        hostname,
        port: Number(port),
        socket: {
          data: (_socket, bytes) => this.#receive(bytes.toString("latin1")),
          close: () => this.#lose("the connection ended"),
          error: () => {},
        },
      });
      this.#ask();
    } catch {
      this.#lose("no connection");
    }
  }

  #ask(): void {
    if (this.#isStopping || this.#socket === null) {
      this.#end();
      return;
    }
    this.#current = this.#options.next();
    this.#askedAt = performance.now();
    this.#received = "";
    this.#socket.write(this.#current.bytes);
  }

  /** Unless the connection has been replaced by then, which asks by itself. */
  #askAfter(delayMs: number, socket: Socket | null): void {
    setTimeout(() => {
      if (socket === this.#socket) this.#ask();
    }, delayMs);
  }

  #receive(text: string): void {
    this.#received += text;
    const headEnd = this.#received.indexOf(END_OF_HEAD);
    if (headEnd < 0 || this.#current === null) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(LENGTH.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + END_OF_HEAD.length + length) return;
    const { onReply } = this.#current;
    this.#current = null;
    onReply(Number(head.slice(9, 12)), head);
    const tookMs = performance.now() - this.#askedAt;
    if (tookMs < PROMPT_MS) this.#ask();
    else this.#askAfter(tookMs, this.#socket);
  }

  #lose(why: string): void {
    const lost = this.#current;
    this.#current = null;
    const socket = this.#socket;
    this.#socket = null;
    socket?.end();
    lost?.onLost(why);
    if (this.#isStopping) this.#end();
    else if (socket !== null || why === "no connection")
      setTimeout(() => void this.#connect(), CONNECT_AGAIN_AFTER_MS);
  }

  #end(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.end();
    this.#ended.resolve();
  }
}
