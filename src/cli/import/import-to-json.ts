import type { Import } from "../../config/import/import-exports.ts";
import { faultsToJson } from "../report-faults.ts";
import type { WrittenFile } from "./write-files.ts";

/** What an import did, for scripts. */
export function importToJson(imported: Import, written: readonly WrittenFile[], folder: string) {
  const states = new Map(written.map(({ file, state }) => [file, state]));
  return {
    ok: imported.refused.length === 0,
    out: folder,
    files: imported.files.map(({ file, section, names, closes }) => ({
      file,
      state: states.get(file),
      section,
      names,
      closes,
    })),
    renamed: imported.renamed,
    left_out: imported.leftOut,
    refused: imported.refused.map(({ kind, name, id, place, reasons }) => ({
      kind,
      name,
      id,
      ...place,
      reasons,
    })),
    notes: faultsToJson(imported.notes),
  };
}
