/** Writes the JSON Schemas that editors complete from, and the OpenAPI document of the admin API; with `--check`, fails where one is out of date. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PoliciesFileSchema } from "../src/config/policies/schema.ts";
import { PosternFileSchema } from "../src/config/postern-schema.ts";
import { openApiDocument } from "../src/server/admin/openapi.ts";
import { toEditorSchema } from "./editor-schema.ts";

const top = join(import.meta.dir, "..");
const documents = {
  "docs/postern.schema.json": toEditorSchema(PosternFileSchema, "postern.yaml"),
  "docs/policies.schema.json": toEditorSchema(PoliciesFileSchema, "A policy file of Postern"),
  "docs/openapi.json": openApiDocument(),
};

/** As the linter wants files of the tree to look. */
async function format(file: string, text: string): Promise<string> {
  const biome = Bun.spawn(["node_modules/.bin/biome", "format", `--stdin-file-path=${file}`], {
    cwd: top,
    stdin: new Blob([text]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const formatted = await new Response(biome.stdout).text();
  if ((await biome.exited) !== 0) throw new Error(`${file} could not be formatted`);
  return formatted;
}

const checkOnly = process.argv.includes("--check");
for (const [file, document] of Object.entries(documents)) {
  const text = await format(file, JSON.stringify(document, null, 2));
  const path = join(top, file);
  if ((await readFile(path, "utf8").catch(() => "")) === text) continue;
  if (checkOnly) {
    console.error(`${file} is out of date; run: bun scripts/write-schemas.ts`);
    process.exitCode = 1;
  } else {
    await mkdir(join(top, "docs"), { recursive: true });
    await writeFile(path, text);
    console.log(`${file} written`);
  }
}
