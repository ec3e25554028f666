import { asOf, partial } from "../../src/plugin.ts";
import { AnswerError } from "../support/answer-error.ts";
import { compileScalar } from "./compile-scalar.ts";
import {
  compilePath,
  compilePointer,
  type Path,
  type Pointer,
  readPath,
  readPointer,
  type Scope,
} from "./path.ts";
import type {
  FieldsSource,
  GroupsSource,
  OwnSource,
  RecordsSource,
  ScalarSource,
  TextsSource,
} from "./source-schema.ts";

/** Records of a step that takes all it finds. */
export interface List {
  readonly records: readonly unknown[];
  readonly complete: boolean;
}

/** What the steps have found: single records by name in the scope, lists by name. */
export interface Findings {
  readonly scope: Scope;
  readonly lists: ReadonlyMap<string, List>;
}

/** Reads one attribute; undefined where the findings do not hold it, and so do not say. */
export type ReadAttribute = (findings: Findings) => unknown;

type ValueSource =
  | ScalarSource
  | TextsSource
  | GroupsSource
  | FieldsSource
  | RecordsSource
  | OwnSource["value"];

export function compileValue(value: ValueSource): ReadAttribute {
  if (typeof value === "string" || "path" in value || "all" in value) {
    const read = compileScalar(value);
    return ({ scope }) => read(scope);
  }
  if ("record" in value) return compileObject(value.record, undefined);
  if ("fields" in value) return compileObject(value.fields, null);
  return "at" in value ? compileTexts(value) : compileGroups(value);
}

/** An object, whose fields that are not known are left out (`undefined`), or null where it has to have them. */
function compileObject(fields: RecordsSource["record"], missing: null | undefined): ReadAttribute {
  const reads = Object.entries(fields).map(([name, value]) => [name, compileScalar(value)] as const);
  return ({ scope }) => {
    const entries = reads.map(([name, read]) => [name, read(scope) ?? missing] as const);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  };
}

function compileTexts({ each, at, as_of, partial: isPartial }: TextsSource): ReadAttribute {
  const pointer = compilePointer(at);
  const timeAt = as_of === undefined ? null : compilePointer(as_of);
  return ({ lists }) => {
    const list = lists.get(each);
    if (list === undefined) return undefined;
    const texts = readTexts(list, pointer);
    const stated = list.complete && isPartial !== true ? texts : partial(texts);
    return timeAt === null || texts.length === 0 ? stated : asOf(readOldest(list, timeAt), stated);
  };
}

function compileGroups({ each, ids, names, emails, also_names, lower_case }: GroupsSource): ReadAttribute {
  const pointers = [ids, names, emails].map((at) => (at === undefined ? null : compilePointer(at)));
  const alsoNames = (also_names ?? []).map(compilePath);
  const spell = (text: string) => (lower_case === true ? text.toLowerCase() : text);
  return ({ lists, scope }) => {
    const list = lists.get(each);
    if (list === undefined) return undefined;
    const [idTexts = [], nameTexts = [], emailTexts = []] = pointers.map((pointer) =>
      pointer === null ? [] : readTexts(list, pointer).map(spell),
    );
    const more = alsoNames.flatMap((path) => readName(scope, path));
    const groups = { ids: idTexts, names: [...nameTexts, ...more.map(spell)], emails: emailTexts };
    return list.complete ? groups : partial(groups);
  };
}

/** A name that there may be none of, where the answer says so by a null. */
function readName(scope: Scope, path: Path): readonly string[] {
  const name = readPath(scope, path);
  if (name === null) return [];
  if (typeof name === "string") return [name];
  throw new AnswerError(`there is no text at ${path.name}/${path.pointer.join("/")}`);
}

/** A record without its text could be any: then nothing can be said of the whole. */
function readTexts({ records }: List, pointer: Pointer): readonly string[] {
  return records.map((record) => {
    const text = readPointer(record, pointer);
    if (typeof text === "string" && text !== "") return text;
    throw new AnswerError(`a record has no text at /${pointer.join("/")}`);
  });
}

/** When the oldest record was made (RFC 3339). One that does not say so may be of any age. */
function readOldest({ records }: List, pointer: Pointer): number {
  const times = records.map((record) => Date.parse(String(readPointer(record, pointer))));
  if (times.every(Number.isFinite)) return Math.min(...times);
  throw new AnswerError(`a record has no time at /${pointer.join("/")}`);
}
