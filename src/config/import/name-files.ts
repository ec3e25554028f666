import { idFromName } from "../policies/directory.ts";

const MAX_LENGTH = 80;

/** Names of files that are taken already. */
export class FileNames {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  /** A file name in kebab case for what has this name; a number is added where another file has it. */
  take(name: string): string {
    // Words alone: whatever else a name holds could lead out of the folder.
    const words = /[\p{L}\p{N}]/u.test(name) ? idFromName(name) : "application";
    const stem = [...words].slice(0, MAX_LENGTH).join("");
    let file = `${stem}.yaml`;
    for (let number = 2; this.#taken.has(file); number++) file = `${stem}-${number}.yaml`;
    this.#taken.add(file);
    return file;
  }
}
