import { existsSync } from "node:fs";
import { join } from "node:path";

/** A file of the project; `path` is relative to the top. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const TOP = join(import.meta.dir, "../..");

/** The files that match `patterns`, by path. */
export async function readFiles(...patterns: readonly string[]): Promise<readonly SourceFile[]> {
  const paths = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: TOP, dot: true })]);
  return Promise.all(
    [...new Set(paths)]
      .toSorted()
      .map(async (path) => ({ path, text: await Bun.file(join(TOP, path)).text() })),
  );
}

/** Everything that is TypeScript here, but for plugins that somebody wrote for themselves. */
export async function readSources(): Promise<readonly SourceFile[]> {
  const sources = await readFiles("{src,plugins,scripts,test}/**/*.{ts,tsx}");
  return sources.filter(({ path }) => !isOfOwnPlugin(path));
}

/** A plugin of somebody's own has its README beside it, as `new-plugin` writes it; one that ships has a page. */
export function isOfOwnPlugin(path: string): boolean {
  const [top, plugin = ""] = path.split("/");
  return top === "plugins" && existsSync(join(TOP, top, plugin, "README.md"));
}

/** Lines as `wc -l` counts them. */
export function countLines({ text }: SourceFile): number {
  return text.split("\n").length - 1;
}
