import { AnswerError } from "../support/answer-error.ts";
import { compilePath, type Path, readPath, type Scope } from "./path.ts";

/** Text in which `{subject/device.serial_number}` stands for a value, and `{…|doubled}` for one in a literal. */
export interface Template {
  /** All that it names. */
  readonly paths: readonly Path[];
  /** Where the whole text is one value and nothing else. */
  readonly only: Path | null;
  /**
   * Fills it in. `encode` is applied to what the operator did not write. Throws `AnswerError` where a value is
   * missing or empty: a filter for nothing would find everything.
   */
  fill(scope: Scope, encode?: (text: string) => string): string;
}

const PLACEHOLDER = /\{([a-z][\w-]*(?:\/[^{}|/]*)*)(?:\|([a-z]+))?\}/;

/** How a value is written inside the quotes of a query language, so that it cannot end them. */
const LITERALS: ReadonlyMap<string, (text: string) => string> = new Map([
  ["doubled", (text: string) => text.replaceAll("'", "''")],
  ["escaped", (text: string) => text.replace(/[\\']/g, "\\$&")],
]);

type Part = string | { readonly path: Path; readonly literal: (text: string) => string };

/** Throws `TypeError` for a literal that there is not. */
export function compileTemplate(text: string): Template {
  // Every match leaves three pieces: what came before, the path, and the kind of literal.
  const pieces = text.split(PLACEHOLDER);
  const parts: Part[] = [];
  for (let index = 0; index < pieces.length; index += 3) {
    const [before = "", path, kind] = pieces.slice(index, index + 3);
    if (before !== "") parts.push(before);
    if (path !== undefined) parts.push({ path: compilePath(path), literal: literalOf(kind) });
  }
  const paths = parts.flatMap((part) => (typeof part === "string" ? [] : [part.path]));
  return {
    paths,
    only: parts.length === 1 ? (paths[0] ?? null) : null,
    fill(scope, encode = keep) {
      const fillPart = (part: Part) => {
        if (typeof part === "string") return part;
        const value = part.literal(readText(scope, part.path));
        return part.path.name === "config" ? value : encode(value);
      };
      return parts.map(fillPart).join("");
    },
  };
}

function literalOf(kind: string | undefined): (text: string) => string {
  if (kind === undefined) return keep;
  const literal = LITERALS.get(kind);
  if (literal === undefined) throw new TypeError(`there is no literal of kind ${kind}`);
  return literal;
}

function keep(text: string): string {
  return text;
}

function readText(scope: Scope, path: Path): string {
  const value = readPath(scope, path);
  const text = typeof value === "string" || Number.isFinite(value) ? String(value) : "";
  if (text === "") throw new AnswerError(`${path.name}/${path.pointer.join("/")} is missing`);
  return text;
}
