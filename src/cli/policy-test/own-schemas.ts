import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { explainMismatch } from "../../core/mismatch.ts";
import type { DescribedProvider } from "../../pip/described-provider.ts";
import type { Registry } from "../../pip/registry.ts";

/** What values of plugins' own attributes can be, by attribute; several plugins may have one. */
export type OwnSchemas = ReadonlyMap<string, readonly TSchema[]>;

/** What the configured plugins declare. */
export function ownSchemasOf({ providers }: Pick<Registry<DescribedProvider>, "providers">): OwnSchemas {
  const declared = providers.flatMap(({ plugin }) => Object.entries(plugin.attributes));
  const byName = Map.groupBy(declared, ([name]) => name);
  return new Map([...byName].map(([name, entries]) => [name, entries.map(([, schema]) => schema)]));
}

/** Why no plugin would say this value of the attribute; null where one may, or where none is configured. */
export function findOwnValueFault(schemas: OwnSchemas, attribute: string, value: unknown): string | null {
  const [first, ...others] = schemas.get(attribute) ?? [];
  if (first === undefined || [first, ...others].some((schema) => Value.Check(schema, value))) return null;
  return explainMismatch(first, value);
}
