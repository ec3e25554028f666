import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { commandName, INSTALLATION } from "./command-name.ts";
import { type CliIo, UsageError } from "./io.ts";
import type { AddVerb } from "./program.ts";
import { listShippedPlugins } from "./providers/load-plugin.ts";
import { paint, renderTable } from "./terminal.ts";

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** What is written, from which template, and what it is for. */
const FILES = [
  ["index.ts", "index.ts.txt", "the plugin"],
  ["{name}.test.ts", "plugin.test.ts.txt", "its test"],
  ["README.md", "readme.md.txt", "what it tells, and how it is used"],
] as const;

/** `postern new-plugin NAME`: a plugin, its test and its README, under `plugins/` of the working directory. */
export const addNewPlugin: AddVerb = (program, io) => {
  program
    .command("new-plugin <name>")
    .description("write a plugin, its test and its README, ready to run")
    .action(async (name: string) => {
      if (!NAME.test(name)) throw new UsageError("a plugin's name is lower-case words, such as asset-tags");
      if ((await listShippedPlugins()).includes(name)) {
        throw new UsageError(`there is a plugin ${name} already; choose another name`);
      }
      const folder = join("plugins", name);
      const target = resolve(io.cwd, folder);
      const isInside = !relative(INSTALLATION, target).startsWith("..");
      const texts = new Map<string, string>();
      for (const [file, template] of FILES) {
        texts.set(file.replace("{name}", name), await fillTemplate(template, name, isInside, io));
      }
      if (!isInside) texts.set("tsconfig.json", configOf());
      await mkdir(target, { recursive: true });
      for (const file of texts.keys()) {
        if (await Bun.file(join(target, file)).exists()) {
          throw new UsageError(`${join(folder, file)} is there already, and nothing is overwritten`);
        }
      }
      for (const [file, text] of texts) await writeFile(join(target, file), text, { flag: "wx" });
      const { bold, dim, green } = paint(io.style);
      const what = new Map<string, string>(FILES.map(([file, _, is]) => [file.replace("{name}", name), is]));
      const written = [...texts.keys()].map((file) => [
        green("✓"),
        join(folder, file),
        dim(what.get(file) ?? "where postern/plugin is, for Bun and for editors"),
      ]);
      io.out(
        `${renderTable(written)}\n\n${bold("Next")}\n${renderTable([
          [`  ${testCommand(name)}`, dim("its test")],
          [`  ${commandName(io)} check`, dim("once postern.yaml uses it, as its README shows")],
          [`  ${askCommand(name, io)}`, dim("the real source, about one device")],
        ])}\n`,
      );
    });
};

async function fillTemplate(template: string, name: string, isInside: boolean, io: CliIo): Promise<string> {
  const text = await Bun.file(new URL(`./new-plugin/${template}`, import.meta.url)).text();
  return text
    .replaceAll("NAME_TOKEN", `${name.replaceAll("-", "_").toUpperCase()}_TOKEN`)
    .replaceAll("NAME", name)
    .replaceAll("USE", isInside ? name : `./plugins/${name}`)
    .replaceAll("TEST", testCommand(name))
    .replaceAll("ASK", askCommand(name, io));
}

function askCommand(name: string, io: CliIo): string {
  return `${commandName(io)} ask ${name} device.serial_number=C02`;
}

function testCommand(name: string): string {
  return `bun test ./plugins/${name}/${name}.test.ts`;
}

/** Outside the installation nothing else tells where `postern/plugin` is. */
function configOf(): string {
  const paths = { "postern/plugin": ["src/plugin.ts"], "postern/testkit": ["src/testkit.ts"] };
  const absolute = Object.entries(paths).map(([name, files]) => [
    name,
    files.map((file) => join(INSTALLATION, file)),
  ]);
  const compilerOptions = {
    ...{ target: "ESNext", module: "ESNext", moduleResolution: "bundler", strict: true, noEmit: true },
    ...{ allowImportingTsExtensions: true, exactOptionalPropertyTypes: true, skipLibCheck: true },
    typeRoots: [join(INSTALLATION, "node_modules")],
    types: ["bun-types"],
    paths: Object.fromEntries(absolute),
  };
  return `${JSON.stringify({ compilerOptions, include: ["."] }, null, 2)}\n`;
}
