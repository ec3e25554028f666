import { posix } from "node:path";
import type { SourceFile } from "./source-files.ts";

/** One import of a file: of a file of the project by its path, or of a package by its name. */
export interface Import {
  readonly from: string;
  readonly of: { readonly file: string } | { readonly package: string };
}

/** `import … from`, `export … from`, `import "…"`, `import("…")`; the list of names may span lines. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm,
  /^\s*import\s*["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']/g,
];

export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const specifiers = IMPORTS.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, specifier = ""]) => specifier),
  );
  return specifiers.map((specifier) => ({ from: path, of: resolve(path, specifier) }));
}

function resolve(path: string, specifier: string): Import["of"] {
  if (specifier.startsWith(".")) return { file: posix.join(posix.dirname(path), specifier) };
  const [first = "", second = ""] = specifier.split("/");
  return {
    package: first.startsWith("@") ? `${first}/${second}` : specifier.startsWith("node:") ? specifier : first,
  };
}
