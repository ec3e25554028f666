import { relative, resolve } from "node:path";
import { type Fault, renderPlace } from "../core/place.ts";
import type { CliIo } from "./io.ts";
import { paint, printable, renderTable } from "./terminal.ts";

/** Faults as people read them, `file:line:column  message` in columns, with the file relative to where they are. */
export function renderFaults(faults: readonly Fault[], { cwd, style }: Pick<CliIo, "cwd" | "style">): string {
  const { dim } = paint(style);
  const rows = faults.map(({ place, message }) => {
    const position = renderPlace({ ...place, file: shorten(place.file, cwd) });
    return [dim(printable(position)), printable(message)];
  });
  return rows.length === 0 ? "" : `${renderTable(rows)}\n`;
}

/** What may be meant, under a title that tells it from faults; nothing where there is nothing. */
export function renderWarnings(warnings: readonly Fault[], io: Pick<CliIo, "cwd" | "style">): string {
  return warnings.length === 0 ? "" : `${paint(io.style).yellow("Warnings")}\n${renderFaults(warnings, io)}`;
}

/** Faults as scripts read them. */
export function faultsToJson(faults: readonly Fault[]) {
  return faults.map(({ place, message }) => ({ ...place, message }));
}

/** A file as it is called from `cwd`, unless it lies elsewhere. */
export function shorten(file: string, cwd: string): string {
  const short = relative(cwd, resolve(cwd, file));
  if (short === "") return ".";
  return short.startsWith("..") ? file : short;
}
