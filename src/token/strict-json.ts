import { TokenError } from "./token-error.ts";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
/** An object without a prototype: looking up an outside name finds what was sent, and nothing else. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

const MAX_DEPTH = 32;
const FORBIDDEN_NAMES = new Set(["__proto__", "constructor"]);
const SPACE = /[ \t\n\r]*/y;
const SPACE_CODE = 0x20;
/** The string that most are: no escape, no control character, no surrogate. It is what it looks like. */
const PLAIN_STRING = /"[ !#-[\]-\ud7ff\ue000-\uffff]*"/y;
// The backslash and the quote are the only two that can end a run of plain characters.
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const WORDS = new Map<string, JsonValue>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

// A BOM stays in the text, where the grammar refuses it.
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads JSON (RFC 8259) that every parser reads alike (RFC 7493): no duplicate or `__proto__` and
 * `constructor` names, no BOM, no ill-formed text, no number beyond a double, at most 32 levels.
 * Linear in time. `part` names the text in errors. Throws `TokenError` with code `malformed`.
 */
export function parseStrictJson(bytes: Uint8Array, part: string): JsonValue {
  return new Reader(decodeUtf8(bytes, part), part).readDocument();
}

/** Like `parseStrictJson`, for what must be an object. */
export function parseStrictObject(bytes: Uint8Array, part: string): JsonObject {
  const value = parseStrictJson(bytes, part);
  if (!isObject(value)) throw new TokenError("malformed", `${part} is not a JSON object`);
  return value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decodeUtf8(bytes: Uint8Array, part: string): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new TokenError("malformed", `${part} is not valid UTF-8`, { cause });
  }
}

class Reader {
  #at = 0;

  constructor(
    readonly text: string,
    readonly part: string,
  ) {}

  readDocument(): JsonValue {
    const value = this.#readValue(1);
    if (this.#peek() !== undefined) throw this.#fault("text after the end");
    return value;
  }

  #readValue(depth: number): JsonValue {
    switch (this.#peek()) {
      case "{":
        return this.#readObject(depth);
      case "[":
        return this.#readArray(depth);
      case '"':
        return this.#readString();
      case "t":
      case "f":
      case "n":
        return this.#readWord();
      default:
        return this.#readNumber();
    }
  }

  #readObject(depth: number): JsonObject {
    const object: Record<string, JsonValue> = Object.create(null);
    this.#enter(depth);
    if (this.#skip("}")) return object;
    do {
      this.#peek();
      const name = this.#readString();
      if (FORBIDDEN_NAMES.has(name)) throw this.#fault("a forbidden name");
      if (name in object) throw this.#fault("a duplicate name");
      if (!this.#skip(":")) throw this.#fault("a name without a colon");
      object[name] = this.#readValue(depth + 1);
    } while (this.#skip(","));
    if (!this.#skip("}")) throw this.#fault("an object without an end");
    return object;
  }

  #readArray(depth: number): readonly JsonValue[] {
    const array: JsonValue[] = [];
    this.#enter(depth);
    if (this.#skip("]")) return array;
    do array.push(this.#readValue(depth + 1));
    while (this.#skip(","));
    if (!this.#skip("]")) throw this.#fault("an array without an end");
    return array;
  }

  #readString(): string {
    const plain = this.#match(PLAIN_STRING);
    if (plain !== null) return plain.slice(1, -1);
    const text = this.#match(STRING);
    if (text === null) throw this.#fault("no string");
    const value = this.#unescape(text);
    if (!value.isWellFormed()) throw this.#fault("half a surrogate pair");
    return value;
  }

  #unescape(text: string): string {
    try {
      const value: unknown = JSON.parse(text);
      return String(value);
    } catch {
      throw this.#fault("a bad escape or a control character");
    }
  }

  #readNumber(): number {
    const text = this.#match(NUMBER);
    if (text === null) throw this.#fault("no value");
    const value = Number(text);
    if (!Number.isFinite(value)) throw this.#fault("a number that is too large");
    return value;
  }

  #readWord(): JsonValue {
    const value = WORDS.get(this.#match(WORD) ?? "");
    if (value === undefined) throw this.#fault("no value");
    return value;
  }

  #enter(depth: number): void {
    if (depth > MAX_DEPTH) throw this.#fault(`more than ${MAX_DEPTH} levels`);
    this.#at++;
  }

  /** The next character that is not white space. */
  #peek(): string | undefined {
    // Nothing above a space is white space, and tokens hold none at all.
    if (this.text.charCodeAt(this.#at) <= SPACE_CODE) this.#match(SPACE);
    return this.text[this.#at];
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | null {
    const start = this.#at;
    pattern.lastIndex = start;
    if (!pattern.test(this.text)) return null;
    this.#at = pattern.lastIndex;
    return this.text.slice(start, this.#at);
  }

  #fault(what: string): TokenError {
    return new TokenError(
      "malformed",
      `${this.part} is not strict JSON: ${what} near character ${this.#at + 1}`,
    );
  }
}
