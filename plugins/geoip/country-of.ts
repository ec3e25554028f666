import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** Where databases write the country of an address: MaxMind's nested record, or a flat one. */
const Record = TypeCompiler.Compile(
  Type.Union([
    Type.Object({ country: Type.Object({ iso_code: Type.String() }) }),
    Type.Object({ country_code: Type.String() }),
    Type.Object({ country: Type.String() }),
  ]),
);

/**
 * The country in a record, as it is written there; undefined where the record holds none. Where a network is
 * registered (`registered_country`) is not where it is.
 */
export function countryOf(record: unknown): string | undefined {
  if (!Record.Check(record)) return undefined;
  if ("country_code" in record) return record.country_code;
  return typeof record.country === "string" ? record.country : record.country.iso_code;
}
