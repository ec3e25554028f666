import { join } from "node:path";
import { NEWS, type Order } from "./messages.ts";
import type { WeaknessName } from "./weaknesses.ts";

const MAIN = join(import.meta.dir, "replica-main.ts");
const STARTS_WITHIN_MS = 60_000;

type Unnumbered<O> = O extends unknown ? Omit<O, "id"> : never;

export interface ReplicaOptions {
  /** Path of its `postern.yaml`. */
  readonly config: string;
  readonly storeUrl: string;
  readonly weakness: WeaknessName;
  /** Hears of an end that was not asked for, and of one that was not as it should be. */
  readonly onFailure: (failure: string) => void;
}

/** A replica that runs in a process of its own. */
export class ReplicaProcess {
  readonly #options: ReplicaOptions;
  readonly #waiting = new Map<number, () => void>();
  #child: Bun.Subprocess | null = null;
  #urls: Readonly<Record<string, string>> = {};
  #orders = 0;
  #isEnding = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  /** Empty while it does not listen. */
  urlOf(listener: "public" | "admin" | "nginx"): string {
    return this.#urls[listener] ?? "";
  }

  /** Starts it and waits until its listeners are open. Throws where that is not to be. */
  async start(): Promise<void> {
    const { config, storeUrl, weakness } = this.#options;
    const { promise: listening, resolve } = Promise.withResolvers<true>();
    const child = Bun.spawn([process.execPath, MAIN, config, storeUrl, weakness], {
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
      ipc: (message: unknown) => {
        if (!NEWS.Check(message)) return;
        if (message.kind === "done") this.#waiting.get(message.id)?.();
        else {
          this.#urls = message.urls;
          resolve(true);
        }
      },
    });
    this.#child = child;
    this.#isEnding = false;
    void child.exited.then((code) => {
      if (!this.#isEnding) this.#options.onFailure(`a replica ended by itself with ${code}`);
    });
    const ended = child.exited.then(() => false);
    const late = Bun.sleep(STARTS_WITHIN_MS).then(() => false);
    if (!(await Promise.race([listening, ended, late]))) {
      child.kill("SIGKILL");
      throw new Error("a replica did not start");
    }
  }

  /** Resolves once it has done as it was told; at once where it has ended meanwhile. */
  async order(order: Unnumbered<Order>): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    const id = this.#orders++;
    const done = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    child.send({ ...order, id });
    await Promise.race([done, child.exited]);
    this.#waiting.delete(id);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#isEnding = true;
    child.kill(signal);
    await child.exited;
    this.#urls = {};
    if (signal === "SIGTERM" && child.exitCode !== 0)
      this.#options.onFailure(`asked to end, a replica did so with ${child.exitCode}`);
  }
}
