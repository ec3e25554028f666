import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import type { Fault } from "../core/place.ts";
import { type Explanation, explainError, pointerSteps } from "./explain-error.ts";
import { childAt, messageAt, type Path, valueAt } from "./path.ts";
import { sortFaults } from "./sort-faults.ts";
import type { Source } from "./source.ts";

export type Checked<T> =
  | { readonly value: T; readonly faults: readonly [] }
  | { readonly faults: readonly [Fault, ...Fault[]] };

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>();

/**
 * Checks the value at a path of a source, and finds all that is wrong with it, in order of place.
 * In messages a schema's `title` says what a value must be (`a duration such as "60s"`), `description` of
 * a `Never` why a key is refused; what `writeOnly` marks, or the source hides, is never shown.
 */
export function checkSchema<T extends TSchema>(schema: T, source: Source, at: Path = []): Checked<Static<T>> {
  const check = compile(schema);
  const value = valueAt(source.value, at);
  if (check.Check(value)) return { value, faults: [] };

  const pathOf = (pointer: string): Path => [...at, ...pathInto(value, pointerSteps(pointer))];
  const shows = (pointer: string): boolean => !source.hides(pathOf(pointer));
  const faults: Fault[] = [];
  for (const error of check.Errors(value)) {
    for (const explanation of explainError(error, shows)) {
      faults.push(toFault(explanation, pathOf(explanation.pointer), source));
    }
  }
  const [first, ...rest] = sortFaults(faults);
  const whole: Fault = { place: source.placeOf(at), message: messageAt(at, "not valid here") };
  return { faults: [first ?? whole, ...rest] };
}

function compile<T extends TSchema>(schema: T): TypeCheck<T> {
  const known = compiled.get(schema);
  if (known) return known as TypeCheck<T>;
  const check = TypeCompiler.Compile(schema);
  compiled.set(schema, check);
  return check;
}

function toFault({ about, message }: Explanation, path: Path, source: Source): Fault {
  const parent = path.slice(0, -1);
  switch (about) {
    case "key":
      return { place: source.placeOfKey(path), message: messageAt(parent, message) };
    case "missing":
      return { place: source.placeOf(parent), message: messageAt(parent, message) };
    case "value":
      return { place: source.placeOf(path), message: messageAt(path, message) };
  }
}

/** A JSON pointer does not tell list positions from keys; the value does. */
function pathInto(value: unknown, steps: readonly string[]): Path {
  const path: (string | number)[] = [];
  let current = value;
  for (const text of steps) {
    const step = Array.isArray(current) ? Number(text) : text;
    path.push(step);
    current = childAt(current, step);
  }
  return path;
}
