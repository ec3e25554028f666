import { resolve } from "node:path";
import { importExports } from "../config/import/import-exports.ts";
import { readSourceFile } from "../config/read-source-file.ts";
import { importToJson } from "./import/import-to-json.ts";
import { renderImport } from "./import/render-import.ts";
import { findNeighbours, writeFiles } from "./import/write-files.ts";
import { EXIT } from "./io.ts";
import { JSON_OPTION } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { faultsToJson, renderFaults } from "./report-faults.ts";
import { paint } from "./terminal.ts";

interface Options {
  readonly out: string;
  readonly force?: true;
  readonly json?: true;
}

/** `postern import FILE…`: exports of Cloudflare's API become policy files that decide the same. */
export const addImport: AddVerb = (program, io, done) => {
  program
    .command("import <files...>")
    .description("turn exports of Cloudflare's API (or of Terraform) into policy files")
    .option("--out <folder>", "where to write them", "policies")
    .option("--force", "replace files that are there with other content")
    .option(...JSON_OPTION)
    .action(async (files: string[], { out, force, json }: Options) => {
      const paths = [...new Set(files.map((file) => resolve(io.cwd, file)))];
      const { imported, faults } = importExports(await Promise.all(paths.map(readSourceFile)));
      if (imported === null) {
        if (json) io.out(`${JSON.stringify({ ok: false, faults: faultsToJson(faults) })}\n`);
        else io.err(renderFaults(faults, io));
        return done(EXIT.misuse);
      }
      const folder = resolve(io.cwd, out);
      const written = await writeFiles(folder, imported.files, force === true);
      if (json) io.out(`${JSON.stringify(importToJson(imported, written, out))}\n`);
      else io.out(renderImport(imported, written, out, io));
      const neighbours = await findNeighbours(folder, imported.files);
      if (neighbours.length > 0) {
        const note = `${out} holds other policy files, which are loaded too: ${neighbours.join(", ")}`;
        io.err(`${paint(io.style).yellow(note)}\n`);
      }
      done(imported.refused.length === 0 ? EXIT.fine : EXIT.findings);
    });
};
