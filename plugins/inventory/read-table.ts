import { extname } from "node:path";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { parse } from "csv-parse/sync";

/** A row: what stands in each column. */
export type Row = ReadonlyMap<string, unknown>;

/** Rows by their key, in lower case; null for a key that several rows have. */
export type Table = ReadonlyMap<string, Row | null>;

const Objects = TypeCompiler.Compile(Type.Array(Type.Record(Type.String(), Type.Unknown())));

/**
 * Reads a file of CSV (RFC 4180, with a header) or of JSON (a list of objects), as the end of its name says.
 * Throws where it is neither, or where a column is missing.
 */
export function readTable(path: string, bytes: Buffer, keyColumn: string, columns: readonly string[]): Table {
  const rows =
    extname(path).toLowerCase() === ".json" ? readJson(bytes) : readCsv(bytes, [keyColumn, ...columns]);
  const table = new Map<string, Row | null>();
  for (const row of rows) {
    const key = row.get(keyColumn);
    if (typeof key !== "string" || key === "") continue;
    const folded = key.toLowerCase();
    table.set(folded, table.has(folded) ? null : row);
  }
  return table;
}

function readJson(bytes: Buffer): readonly Row[] {
  const list: unknown = JSON.parse(bytes.toString());
  if (!Objects.Check(list)) throw new TypeError("it is not a list of objects");
  return list.map((entry) => new Map(Object.entries(entry)));
}

function readCsv(bytes: Buffer, columns: readonly string[]): readonly Row[] {
  const [header = [], ...lines] = parse(bytes, { bom: true, trim: true, skip_empty_lines: true });
  const missing = columns.find((column) => !header.includes(column));
  if (missing !== undefined) throw new TypeError(`it has no column ${missing}`);
  if (new Set(header).size < header.length) throw new TypeError("two of its columns have one name");
  return lines.map((cells) => new Map(cells.map((cell, index) => [header[index] ?? "", cell])));
}
