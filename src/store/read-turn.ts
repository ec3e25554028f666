import type { Database } from "bun:sqlite";

/**
 * Makes the reads of one turn of the event loop one transaction: to lock the file and to let go of it costs
 * more than to read a key. What is read together is then of one moment.
 */
export class ReadTurn {
  readonly #begin: () => void;
  readonly #end: () => void;
  #isOpen = false;

  constructor(database: Database) {
    const begin = database.query("BEGIN");
    const end = database.query("COMMIT");
    this.#begin = () => begin.run();
    this.#end = () => end.run();
  }

  /** To be called before each read. Throws what SQLite throws. */
  begin(): void {
    if (this.#isOpen) return;
    this.#begin();
    this.#isOpen = true;
    queueMicrotask(() => {
      this.#isOpen = false;
      try {
        this.#end();
      } catch {
        // What is left open keeps every later transaction from beginning: nothing old is ever read from it.
      }
    });
  }
}
