import {
  Composer,
  type CST,
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
} from "yaml";
import type { Fault, Place } from "../core/place.ts";
import { type Path, valueAt } from "./path.ts";
import { PlainReader } from "./plain-value.ts";
import { sortFaults } from "./sort-faults.ts";
import { SYNTAX_FAULTS } from "./yaml-syntax.ts";

/** Bytes a file may have. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** One slip in the syntax draws others after it; more than these help nobody. */
const MAX_SYNTAX_FAULTS = 20;

/** A file that was read: plain data, and where each part of it was written. */
export interface Source {
  readonly file: string;
  /** Objects have no prototype; `null` for an empty file. */
  readonly value: unknown;
  /** Where the value at `path` stands; its nearest parent where there is none. */
  placeOf(path: Path): Place;
  /** Where the key that ends `path` stands; the value where it is a list entry. */
  placeOfKey(path: Path): Place;
  /** Whether the value came from outside the file and is never to be shown. */
  hides(path: Path): boolean;
}

export interface ReadResult {
  /** Null where the syntax is broken. With faults it serves to find more of them, and for nothing else. */
  readonly source: Source | null;
  readonly faults: readonly Fault[];
}

/**
 * Reads YAML 1.2 (and so JSON) with its positions; never throws.
 * Refused, each at its place: broken syntax, several documents, duplicate keys, unknown tags,
 * aliases without an anchor or without an end, `__proto__` keys, NUL, a byte order mark.
 */
export function readSource(file: string, text: string): ReadResult {
  const top: Place = { file, line: 1, column: 1 };
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) return refuse(top, "the file is larger than 8 MiB; split it");
  if (text.includes("\0")) return refuse(top, "the file holds NUL bytes; save it as UTF-8 text");

  const faults: Fault[] = [];
  const marked = text.startsWith("\uFEFF");
  if (marked) faults.push({ place: top, message: "the file starts with a byte order mark; save it without" });

  const content = marked ? text.slice(1) : text;
  const lines = countLines(content);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const documents = parseDocuments(content);
  if (documents === null) return refuse(top, SYNTAX_FAULTS.RESOURCE_EXHAUSTION);
  const [document, second] = documents;
  if (second) faults.push({ place: placeAt(second.range[0]), message: SYNTAX_FAULTS.MULTIPLE_DOCS });
  const { errors = [], warnings = [] } = document ?? {};
  for (const { code, pos } of [...errors, ...warnings].slice(0, MAX_SYNTAX_FAULTS)) {
    faults.push({ place: placeAt(pos[0]), message: SYNTAX_FAULTS[code] });
  }
  if (errors.length > 0) return { source: null, faults: sortFaults(faults) };

  const placeOfNode = (node: Node | null): Place => (node?.range ? placeAt(node.range[0]) : top);
  const reader = new PlainReader((node, message) => faults.push({ place: placeOfNode(node), message }));
  const root = document?.contents ?? null;
  const value = reader.read(root);
  const find = (path: Path): Found => findNode(root, path, reader);
  const source: Source = {
    file,
    value,
    placeOf(path) {
      const found = find(path);
      return placeOfNode(found.value ?? found.key);
    },
    placeOfKey(path) {
      const found = find(path);
      return placeOfNode(found.key ?? found.value);
    },
    hides: () => false,
  };
  return { source, faults: sortFaults(faults) };
}

/** The part of a source at a path, as a source of its own; an empty mapping where there is nothing. */
export function subSource(source: Source, at: Path): Source {
  return {
    file: source.file,
    value: valueAt(source.value, at) ?? {},
    placeOf: (path) => source.placeOf([...at, ...path]),
    placeOfKey: (path) => source.placeOfKey([...at, ...path]),
    hides: (path) => source.hides([...at, ...path]),
  };
}

function refuse(place: Place, message: string): ReadResult {
  return { source: null, faults: [{ place, message }] };
}

/** Counted here, for the parser misses lines after some of what it cannot read. */
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) lines.addNewLine(end + 1);
  return lines;
}

/** Null where the text is nested more deeply than the parser can follow. */
function parseDocuments(text: string): readonly Document.Parsed[] | null {
  const composer = new Composer({
    prettyErrors: false,
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    // PlainReader finds duplicates in one pass; the parser would compare every key with every other.
    uniqueKeys: false,
    logLevel: "silent",
  });
  try {
    // A document in any case: without one, errors before its beginning would get lost.
    return [...composer.compose(stopAtErrors(new Parser().parse(text)), true, text.length)];
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Of a file that is no YAML at all, every character would be an error. */
function* stopAtErrors(tokens: Iterable<CST.Token>): Generator<CST.Token> {
  let errors = 0;
  for (const token of tokens) {
    if (token.type === "error" && ++errors > MAX_SYNTAX_FAULTS) return;
    yield token;
  }
}

/** A value in the tree and, in a mapping, the key it stands under. */
interface Found {
  readonly key: Node | null;
  readonly value: Node | null;
}

function findNode(root: Node | null, path: Path, reader: PlainReader): Found {
  let found: Found = { key: null, value: root };
  for (const step of path) {
    const next = found.value && findChild(reader.target(found.value), step);
    // The parent's value, never its key: what is missing is missing in there.
    if (!next) return { key: null, value: found.value ?? found.key };
    found = next;
  }
  return found;
}

function findChild(node: Node, step: string | number): Found | null {
  if (isSeq<Node | null>(node) && typeof step === "number" && step < node.items.length) {
    return { key: null, value: node.items[step] ?? null };
  }
  if (!isMap<Node, Node | null>(node)) return null;
  const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
  return pair ? { key: pair.key, value: pair.value } : null;
}
