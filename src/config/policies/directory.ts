import { type Cursor, showPlace } from "./cursor.ts";

/** An object as it was written: where, and what others may call it. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly at: Cursor;
}

/** Objects of one kind, found by id, or by name where only one of them has it. */
export class Directory {
  readonly #byReference = new Map<string, Set<Entry>>();

  /** Takes down objects that share an id. */
  constructor(
    /** What messages call one of them: `group`. */
    private readonly kind: string,
    entries: readonly Entry[],
    /** False where a file could not be read: what is missing may stand there, and is no second fault. */
    private readonly complete: boolean,
  ) {
    const byId = new Map<string, Entry>();
    // An object with neither id nor name has a fault of its own.
    for (const entry of entries.filter(({ id }) => id !== "")) {
      const first = byId.get(entry.id);
      if (first) {
        const where = showPlace(first.at.place);
        entry.at.report(
          `the ${kind} at ${where} has the same id ${show(entry.id)}; give one another id or name`,
        );
        continue;
      }
      byId.set(entry.id, entry);
      this.#addReference(entry.id, entry);
      if (entry.name !== "") this.#addReference(entry.name, entry);
    }
  }

  #addReference(reference: string, entry: Entry): void {
    const bearers = this.#byReference.get(reference);
    if (bearers) bearers.add(entry);
    else this.#byReference.set(reference, new Set([entry]));
  }

  has(reference: string): boolean {
    return this.#byReference.has(reference);
  }

  /** The object that is meant by an id or a name; null, and a fault, where none or several could be. */
  find(reference: string, at: Cursor): Entry | null {
    const [found, second] = this.#byReference.get(reference) ?? [];
    if (found === undefined) {
      if (!this.complete) return null;
      return at.report(`there is no ${this.kind} ${show(reference)}; add it, or mend the id or name`);
    }
    if (second === undefined) return found;
    const places = [found, second].map((entry) => showPlace(entry.at.place)).join(" and ");
    return at.report(`${show(reference)} could be the ${this.kind} at ${places}; use the id`);
  }
}

const MAX_SHOWN_LENGTH = 60;

/** A name or id inside a message: quoted, escaped, and cut where it is long. */
export function show(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text);
}

/** An id made from a name, the same every time: `Team wiki` → `team-wiki`. */
export function idFromName(name: string): string {
  const words = name
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return words?.join("-") ?? name;
}
