import type { Import, LeftOut, Refused } from "../../config/import/import-exports.ts";
import { KINDS, SECTIONS } from "../../config/import/kinds.ts";
import type { Fault } from "../../core/place.ts";
import type { CliIo } from "../io.ts";
import { renderFaults } from "../report-faults.ts";
import { paint, printable, renderTable } from "../terminal.ts";
import type { WrittenFile } from "./write-files.ts";

type Look = Pick<CliIo, "cwd" | "style">;

/** What an import did, for people: what needs their attention comes last. */
export function renderImport(
  imported: Import,
  written: readonly WrittenFile[],
  folder: string,
  look: Look,
): string {
  const { bold } = paint(look.style);
  const parts = [
    ["Called by name instead of id", renderRenamed(imported)],
    ["Left out", renderLeftOut(imported.leftOut)],
    ["Kept", renderKept(imported, written, folder)],
    ["Worth knowing", renderFaults(imported.notes, look)],
    ["Refused", renderRefused(imported.refused, look)],
  ].filter(([, text]) => text !== "");
  const totals = renderTotals(imported, folder, look);
  return `${parts.map(([title = "", text = ""]) => `${bold(title)}\n${text}\n`).join("")}${totals}\n`;
}

function renderRenamed({ renamed }: Import): string {
  const rows = renamed.map(({ kind, id, name }) => [
    `  ${KINDS[kind].title}`,
    printable(id),
    `→ ${printable(name)}`,
  ]);
  return rows.length === 0 ? "" : `${renderTable(rows)}\n`;
}

function renderLeftOut(leftOut: readonly LeftOut[]): string {
  const rows = leftOut.map(({ kind, key, objects, secret }) => [
    `  ${KINDS[kind].title}`,
    printable(key),
    secret ? "may hold secrets, and decides nothing" : "decides nothing",
    `× ${objects}`,
  ]);
  return rows.length === 0 ? "" : `${renderTable(rows)}\n`;
}

function renderKept({ files }: Import, written: readonly WrittenFile[], folder: string): string {
  const rows = SECTIONS.flatMap((section) => {
    const own = files.filter((file) => file.section === section && !file.closes);
    const objects = own.reduce((sum, { names }) => sum + names.length, 0);
    const states = written.filter(({ file }) => own.some((each) => each.file === file));
    const where = own.length === 1 ? `${folder}/${own[0]?.file}` : `${own.length} files in ${folder}`;
    return objects === 0
      ? []
      : [[`  ${KINDS[section].title}`, `× ${objects}`, where, describeStates(states)]];
  });
  return rows.length === 0 ? "" : `${renderTable(rows)}\n`;
}

function describeStates(written: readonly WrittenFile[]): string {
  const counts = Map.groupBy(written, ({ state }) => state);
  return [...counts].map(([state, files]) => `${files.length} ${state}`).join(", ");
}

function renderRefused(refused: readonly Refused[], look: Look): string {
  const faults = refused.flatMap(({ kind, name, place, reasons }): readonly Fault[] => {
    const what = `${kind === null ? "object" : KINDS[kind].title} “${name}”`;
    return reasons.map((reason) => ({ place, message: `${what}: ${reason}` }));
  });
  return renderFaults(faults, look);
}

function renderTotals({ files, refused }: Import, folder: string, { style }: Look): string {
  const { green, red } = paint(style);
  const kept = files.filter(({ closes }) => !closes).reduce((sum, { names }) => sum + names.length, 0);
  const objects = kept === 1 ? "1 object" : `${kept} objects`;
  if (refused.length === 0) return green(`✓ ${objects} imported, nothing refused`);
  const closed = files.find(({ closes }) => closes);
  const doors = closed ? `; ${folder}/${closed.file} lets nobody in where refused applications live` : "";
  return red(`✗ ${objects} imported, ${refused.length} refused${doors}`);
}
