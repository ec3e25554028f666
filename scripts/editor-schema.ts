import type { TSchema } from "@sinclair/typebox";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Shorter repetitions are easier to read where they stand. */
const MIN_SHARED_LENGTH = 300;

/**
 * A TypeBox schema as the JSON Schema that editors are given: closed lists as `enum`, and what is
 * repeated written once, under `$defs`, by the name of the key where it first stands.
 */
export function toEditorSchema(schema: TSchema, title: string): Json {
  const plain = listEnums(JSON.parse(JSON.stringify(schema)));
  const shared = new SharedParts(plain);
  const body = { ...asObject(shared.replaceIn(plain)), title };
  const $defs = Object.keys(shared.definitions).length > 0 ? { $defs: shared.definitions } : {};
  return { $schema: "https://json-schema.org/draft/2020-12/schema", ...body, ...$defs };
}

function listEnums(value: Json): Json {
  if (isList(value)) return value.map(listEnums);
  if (!isObject(value)) return value;
  const { anyOf, ...rest } = value;
  if (isList(anyOf) && anyOf.every((each) => isObject(each) && "const" in each)) {
    return { ...rest, enum: anyOf.map((each) => asObject(each).const ?? null) };
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, listEnums(each)]));
}

class SharedParts {
  readonly definitions: Record<string, Json> = {};
  readonly #counts = new Map<string, number>();
  readonly #names = new Map<string, string>();

  constructor(root: Json) {
    this.#count(root);
  }

  replaceIn(value: Json): Json {
    if (isList(value)) return value.map((each) => this.replaceIn(each));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        return [key, key === "properties" ? this.#shareEach(asObject(each)) : this.replaceIn(each)];
      }),
    );
  }

  #shareEach(properties: { readonly [key: string]: Json }): Json {
    return Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, this.#share(key, each)]));
  }

  #share(key: string, value: Json): Json {
    const text = JSON.stringify(value);
    if ((this.#counts.get(text) ?? 0) < 2) return this.replaceIn(value);
    const known = this.#names.get(text);
    if (known !== undefined) return { $ref: `#/$defs/${known}` };
    let name = key;
    for (let next = 2; name in this.definitions; next++) name = `${key}_${next}`;
    this.#names.set(text, name);
    this.definitions[name] = null;
    this.definitions[name] = this.replaceIn(value);
    return { $ref: `#/$defs/${name}` };
  }

  #count(value: Json): void {
    if (isList(value)) {
      for (const each of value) this.#count(each);
    } else if (isObject(value)) {
      const text = JSON.stringify(value);
      const before = this.#counts.get(text) ?? 0;
      if (text.length >= MIN_SHARED_LENGTH) this.#counts.set(text, before + 1);
      // What is repeated with the whole of it is not repeated by itself.
      if (before === 0) for (const each of Object.values(value)) this.#count(each);
    }
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asObject(value: Json): { readonly [key: string]: Json } {
  return isObject(value) ? value : {};
}
