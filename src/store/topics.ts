/** Says one thing to whoever runs the process. */
export type Log = (message: string) => void;

/** What a listener hears where it may have missed something; nobody publishes it. */
const MISSED = "";

/** Who in this process listens to what. */
export class Topics {
  readonly #listeners = new Map<string, Set<{ hear: (message: string) => void }>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The topics that someone listens to. */
  get names(): readonly string[] {
    return [...this.#listeners.keys()];
  }

  /** Adds a listener; the result removes it, once. */
  add(topic: string, hear: (message: string) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    // Wrapped, so that one function given twice is two listeners.
    const listener = { hear };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) this.#listeners.delete(topic);
    };
  }

  has(topic: string): boolean {
    return this.#listeners.has(topic);
  }

  /** Tells every listener; one that throws does not keep the message from the others. */
  deliver(topic: string, message: string): void {
    for (const { hear } of [...(this.#listeners.get(topic) ?? [])]) {
      try {
        hear(message);
      } catch (error) {
        this.#log(`store: a listener of ${topic} failed: ${error instanceof Error ? error.message : "?"}`);
      }
    }
  }

  /** Tells everybody that they may have missed something. */
  tellMissed(): void {
    for (const topic of this.names) this.deliver(topic, MISSED);
  }
}
