import { compilePointer, readPointer, type Scope } from "./path.ts";
import { compileTemplate, type Template } from "./template.ts";

/** Tells whose a record is: what it holds is, in whatever case, what the subject wants it to hold. */
export interface Match {
  readonly templates: readonly Template[];
  /** Throws `AnswerError` for a subject of whom that is not known. */
  wantedBy(scope: Scope): string;
  heldBy(record: unknown): string;
}

export function compileMatch(match: Readonly<Record<string, string>> = {}): Match {
  const pointers = Object.keys(match).map(compilePointer);
  const templates = Object.values(match).map(compileTemplate);
  return {
    templates,
    wantedBy: (scope) => keyOf(templates.map((template) => template.fill(scope))),
    heldBy: (record) => keyOf(pointers.map((pointer) => textOf(readPointer(record, pointer)))),
  };
}

function textOf(value: unknown): string {
  return /^(?:string|number|boolean)$/.test(typeof value) ? String(value) : "";
}

function keyOf(texts: readonly string[]): string {
  return JSON.stringify(texts.map((text) => text.toLowerCase()));
}
