import { checkSchema } from "../../config/check-schema.ts";
import { messageAt, type Path } from "../../config/path.ts";
import { readSource, type Source } from "../../config/source.ts";
import type { Facts } from "../../core/fact.ts";
import type { PolicySet } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import { createFactsDecoder } from "./decode-facts.ts";
import { FactsSchema } from "./facts-schema.ts";
import type { FactsFault } from "./facts-writer.ts";
import type { OwnSchemas } from "./own-schemas.ts";

/**
 * Reads a facts file (`explain --facts`) about a request to an application of `set`, as known at `now`, where
 * attributes of plugins' own are what `schemas` say.
 * Facts are null where there are faults.
 */
export function readFactsFile(
  file: string,
  text: string,
  set: PolicySet,
  now: number,
  schemas: OwnSchemas = new Map(),
): { readonly facts: Facts | null; readonly faults: readonly Fault[] } {
  const { source, faults } = readSource(file, text);
  if (source === null || faults.length > 0) return { facts: null, faults };
  const checked = checkSchema(FactsSchema, source);
  if (!("value" in checked)) return { facts: null, faults: checked.faults };
  const decoded = createFactsDecoder(set, now, schemas)(checked.value);
  if (decoded.faults.length > 0) return { facts: null, faults: placeFaults(decoded.faults, source, []) };
  return { facts: decoded.facts, faults: [] };
}

/** Faults of facts that stand at `at` in a source. */
export function placeFaults(faults: readonly FactsFault[], source: Source, at: Path): Fault[] {
  return faults.map(({ path, message }) => {
    const whole = [...at, ...path];
    return { place: source.placeOf(whole), message: messageAt(whole, message) };
  });
}
