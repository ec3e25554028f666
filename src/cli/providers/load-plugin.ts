import { readdir } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { suggest } from "../../config/suggest.ts";
import type { Plugin } from "../../plugin.ts";

/** A plugin cannot be had. The message says which, and how to mend it. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly code = "plugin_unusable";
}

/** The plugins of this installation. */
const SHIPPED = join(import.meta.dir, "../../../plugins");
const NAME = /^[a-z][\w.-]*$/;
/** What plugins share; no plugin itself. */
const SUPPORT = "support";

/** What tells a plugin from any other module; the registry looks into the rest. */
const Shape = Type.Object({
  name: Type.String(),
  provides: Type.Array(Type.String()),
  needs: Type.Array(Type.String()),
  attributes: Type.Record(Type.String(), Type.Object({})),
  config: Type.Object({ type: Type.Literal("object"), properties: Type.Object({}) }),
  idp: Type.Union([Type.String(), Type.Null()]),
  connection: Type.Union([Type.String(), Type.Null()]),
  start: Type.Function([], Type.Unknown()),
});
const SHAPE = TypeCompiler.Compile(Shape);
const MODULE = TypeCompiler.Compile(Type.Object({ default: Type.Unknown() }));

/** The plugin that `use` names: one of this installation, or the absolute path of another. Throws `PluginError`. */
export async function loadPlugin(use: string): Promise<Plugin> {
  const file = isAbsolute(use) ? await findFile(use) : await findShipped(use);
  const loaded: unknown = await import(file).catch((cause: unknown) => {
    throw new PluginError(`the plugin cannot be loaded: ${explainLoadError(cause)}`, { cause });
  });
  const plugin = MODULE.Check(loaded) ? loaded.default : null;
  if (isPlugin(plugin)) return plugin;
  throw new PluginError(`${basename(file)} is no plugin: its default export must come from definePlugin`);
}

const FAULTY = TypeCompiler.Compile(
  Type.Object({
    message: Type.String(),
    position: Type.Object({ file: Type.String(), line: Type.Number(), column: Type.Number() }),
  }),
);

/** Of several errors the first, with its place: the others tend to follow from it. */
function explainLoadError(cause: unknown): string {
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  if (FAULTY.Check(first)) {
    const { message, position } = first;
    return `${position.file}:${position.line}:${position.column}  ${message}`;
  }
  return first instanceof Error ? first.message : "it ended with an error";
}

/** The names under which plugins of this installation are used. */
export async function listShippedPlugins(): Promise<readonly string[]> {
  const entries = await readdir(SHIPPED);
  const names = entries.map((entry) => entry.replace(/\.ts$/, "")).filter((name) => name !== SUPPORT);
  const found = await Promise.all(names.map((name) => moduleAt(join(SHIPPED, name))));
  return names.filter((_, index) => found[index] !== null);
}

async function findShipped(name: string): Promise<string> {
  const file = NAME.test(name) && name !== SUPPORT ? await moduleAt(join(SHIPPED, name)) : null;
  if (file !== null) return file;
  const near = suggest(name, await listShippedPlugins());
  const hint = near === null ? "a plugin of your own is used by its path, such as ./plugins/mine" : null;
  throw new PluginError(`there is no plugin of that name; ${hint ?? `did you mean "${near}"?`}`);
}

async function findFile(path: string): Promise<string> {
  const file = (await moduleAt(path)) ?? ((await Bun.file(path).exists()) ? path : null);
  if (file === null)
    throw new PluginError(`there is no plugin at ${path}: no such file, and no index.ts in it`);
  return file;
}

/** `path.ts`, or `index.ts` in the folder. */
async function moduleAt(path: string): Promise<string | null> {
  for (const file of [`${path}.ts`, join(path, "index.ts")]) if (await Bun.file(file).exists()) return file;
  return null;
}

function isPlugin(value: unknown): value is Plugin & Static<typeof Shape> {
  return SHAPE.Check(value);
}
