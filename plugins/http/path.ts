/** What templates and mappings can name: `config`, `subject`, and the records that earlier steps found. */
export type Scope = ReadonlyMap<string, unknown>;

/** A value in a scope: the name of something, and a JSON pointer (RFC 6901) into it. */
export interface Path {
  readonly name: string;
  readonly pointer: Pointer;
}

/** Unescaped parts of a JSON pointer. */
export type Pointer = readonly string[];

/** `host/issues/total` → `host` and `/issues/total`. */
export function compilePath(text: string): Path {
  const [name = "", ...parts] = text.split("/");
  return { name, pointer: parts.map(unescapePart) };
}

export function compilePointer(text: string): Pointer {
  return text.split("/").slice(1).map(unescapePart);
}

export function readPath(scope: Scope, { name, pointer }: Path): unknown {
  return readPointer(scope.get(name), pointer);
}

/** The value at a pointer; undefined where there is none, and null where something on the way is null. */
export function readPointer(value: unknown, pointer: Pointer): unknown {
  let current: unknown = value;
  for (const part of pointer) {
    if (current === null) return null;
    if (typeof current !== "object") return undefined;
    current = Object.getOwnPropertyDescriptor(current, part)?.value;
  }
  return current;
}

function unescapePart(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
