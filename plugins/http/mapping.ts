import { compileValue, type ReadAttribute } from "./compile-value.ts";
import type { HttpSource } from "./source-schema.ts";

/** How an attribute is read from what was found. */
export interface Mapping {
  readonly read: ReadAttribute;
  /** What says that a subject that is not found has none. */
  readonly none: unknown;
}

/** A mapping for each attribute, by its name. Records are of `connection`; without one they are of none. */
export function compileMappings(
  { attributes = {}, own = {} }: HttpSource,
  connection: string | null,
): ReadonlyMap<string, Mapping> {
  const mappings = new Map<string, Mapping>();
  for (const [name, value] of Object.entries(attributes)) {
    const read = compileValue(value);
    if (name !== "device.provider") mappings.set(name, { read, none: null });
    else if (connection !== null) {
      mappings.set(name, {
        read: (findings) => ({ [connection]: read(findings) }),
        none: { [connection]: null },
      });
    }
  }
  for (const [name, { value }] of Object.entries(own)) {
    mappings.set(`own.${name}`, { read: compileValue(value), none: null });
  }
  return mappings;
}
