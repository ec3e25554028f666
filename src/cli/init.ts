import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { commandName } from "./command-name.ts";
import { UsageError } from "./io.ts";
import type { AddVerb } from "./program.ts";
import { paint, renderTable } from "./terminal.ts";

/** What is written, and what it is for. */
const FILES = [
  ["postern.yaml", "the configuration"],
  ["policies/wiki.yaml", "an application and its policy"],
  ["policies/wiki.test.yaml", "what the policy promises"],
] as const;

/** `postern init [dir]`: a commented configuration, one example application, its tests. Nothing is overwritten. */
export const addInit: AddVerb = (program, io) => {
  program
    .command("init [dir]")
    .description("write a commented configuration, an example application and its tests")
    .action(async (dir = ".") => {
      const target = resolve(io.cwd, dir);
      for (const [file] of FILES) {
        if (await Bun.file(join(target, file)).exists()) {
          throw new UsageError(
            `${join(dir, file)} is there already, and nothing is overwritten: name another folder`,
          );
        }
      }
      for (const [file] of FILES) {
        const text = await Bun.file(new URL(`./init/${file}`, import.meta.url)).text();
        await mkdir(dirname(join(target, file)), { recursive: true });
        await writeFile(join(target, file), text, { flag: "wx" });
      }
      const { bold, dim, green } = paint(io.style);
      const at = target === resolve(io.cwd) ? "" : ` --config ${join(dir, "postern.yaml")}`;
      const written = FILES.map(([file, what]) => [green("✓"), join(dir, file), dim(what)]);
      const next = ["check", "test", "serve"].map((verb) => [`  ${commandName(io)} ${verb}${at}`]);
      io.out(`${renderTable(written)}\n\n${bold("Next")}\n${renderTable(next)}\n`);
    });
};
