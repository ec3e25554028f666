import { readFileSync, statSync } from "node:fs";
import type { Fault } from "../core/place.ts";
import { explainFileError } from "./explain-file-error.ts";
import { messageAt, type Path } from "./path.ts";
import type { Source } from "./source.ts";
import { Refusal } from "./text-schema.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Expanded {
  readonly source: Source;
  readonly faults: readonly Fault[];
  /** Files that were asked for, to be watched. */
  readonly files: readonly string[];
}

/** `$${` is a `${` to be kept; what follows `${` up to `}` is a name or a file. */
const MARK = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^[A-Za-z_]\w*$/;
const MAX_SECRET_BYTES = 64 * 1024;

/**
 * Puts in, for every `${NAME}` of a text, the environment's value, and for `${file:/path}` the file's
 * content without its last line break. Once: what was put in is not looked at again, and is hidden.
 * Missing or empty is a fault. Keys are left alone.
 */
export function expandVariables(source: Source, env: Environment): Expanded {
  const faults: Fault[] = [];
  const files = new Set<string>();
  const hidden = new Set<string>();

  const lookUp = (name: string): string => {
    if (name.startsWith("file:")) {
      const file = name.slice("file:".length);
      files.add(file);
      return readSecret(file);
    }
    if (!NAME.test(name))
      throw new Refusal(`malformed \${…}; write \${NAME}, \${file:/path}, or $\${ for a plain \${`);
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (!value)
      throw new Refusal(`the environment variable ${name} is ${value === "" ? "empty" : "not set"}`);
    return value;
  };

  const expandText = (text: string, path: Path): string => {
    try {
      return text.replaceAll(MARK, (_, name: string | undefined, closed: string | undefined) => {
        if (name === undefined) return "${";
        if (closed === "") throw new Refusal(`a \${ without its }; write $\${ for a plain \${`);
        hidden.add(JSON.stringify(path));
        return lookUp(name);
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      faults.push({ place: source.placeOf(path), message: messageAt(path, error.message) });
      return text;
    }
  };

  const value = mapTexts(source.value, [], expandText);
  return {
    source: { ...source, value, hides: (path) => hidden.has(JSON.stringify(path)) || source.hides(path) },
    faults,
    files: [...files],
  };
}

function readSecret(file: string): string {
  if (!file.startsWith("/")) throw new Refusal(`a file in \${file:…} needs an absolute path`);
  let text: string;
  try {
    const stats = statSync(file);
    if (!stats.isFile()) throw new Refusal(`what \${file:…} names is not a file`);
    if (stats.size > MAX_SECRET_BYTES) throw new Refusal(`the file of \${file:…} is larger than 64 KiB`);
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file)).replace(/\r?\n$/, "");
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`\${file:…}: ${explainFileError(error)}`);
  }
  if (text === "") throw new Refusal(`the file of \${file:…} is empty`);
  return text;
}

function mapTexts(value: unknown, path: Path, change: (text: string, path: Path) => string): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, [...path, index], change));
  if (typeof value !== "object" || value === null) return value;
  const object: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) object[key] = mapTexts(item, [...path, key], change);
  return object;
}
