import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { showKey } from "./path.ts";

const MAX_DEPTH = 64;
/** Values that aliases may repeat in all, so that a few lines cannot stand for billions. */
const MAX_ALIASED_VALUES = 10_000;

/** Hears of a fault at a node. */
export type Complain = (node: Node, message: string) => void;

interface Anchored {
  readonly node: Node;
  readonly value: unknown;
  readonly size: number;
}

/**
 * Turns a parsed tree into plain data: objects without a prototype, lists, text, finite numbers, booleans, null.
 * What cannot be taken is complained of and left out. An alias stands for the value anchored before it.
 */
export class PlainReader {
  readonly #anchors = new Map<string, Anchored>();
  readonly #targets = new Map<Alias, Node>();
  readonly #complain: Complain;
  /** Values read so far, each repetition by an alias included. */
  #size = 0;
  #aliasedSize = 0;

  constructor(complain: Complain) {
    this.#complain = complain;
  }

  /** The node that an alias stands for, the node itself otherwise. */
  target(node: Node): Node {
    return isAlias(node) ? (this.#targets.get(node) ?? node) : node;
  }

  read(node: Node | null, depth = 0): unknown {
    if (node === null) return null;
    if (depth > MAX_DEPTH) {
      this.#complain(node, `nested more than ${MAX_DEPTH} levels deep; flatten it`);
      return null;
    }
    const before = this.#size++;
    if (isAlias(node)) return this.#readAlias(node);
    const value = this.#readPlain(node, depth);
    const anchor = anchorOf(node);
    // Known only from here on: an alias inside its own anchor would have no end.
    if (anchor) this.#anchors.set(anchor, { node, value, size: this.#size - before });
    return value;
  }

  #readPlain(node: Node, depth: number): unknown {
    if (isMap(node)) return this.#readMap(node, depth);
    if (isSeq(node)) return this.#readSeq(node, depth);
    return isScalar(node) ? this.#readScalar(node) : null;
  }

  #readMap(map: YAMLMap, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = Object.create(null);
    for (const { key, value } of map.items as YAMLMap<ParsedNode, Node | null>["items"]) {
      // The parser has complained of any key that is not text.
      if (!isScalar(key) || typeof key.value !== "string") continue;
      const name = key.value;
      if (name === "__proto__") this.#complain(key, '"__proto__" cannot be a key; rename it');
      else if (name.includes("\0")) this.#complain(key, "a key holds a NUL character; remove it");
      else if (name in object) this.#complain(key, `the key ${showKey(name)} is given twice; keep one`);
      else object[name] = this.read(value, depth + 1);
    }
    return object;
  }

  #readSeq(seq: YAMLSeq, depth: number): unknown[] {
    return (seq.items as (Node | null)[]).map((item) => this.read(item, depth + 1));
  }

  #readScalar(scalar: Scalar): unknown {
    const { value } = scalar;
    if (typeof value === "string" && value.includes("\0")) {
      this.#complain(scalar, "the text holds a NUL character; remove it");
      return null;
    }
    if (typeof value === "number" && !isExact(value)) {
      this.#complain(scalar, "a number too large to be kept exactly; put it in quotes if it is an id");
      return null;
    }
    return value;
  }

  #readAlias(alias: Alias): unknown {
    const anchored = this.#anchors.get(alias.source);
    if (!anchored) {
      this.#complain(
        alias,
        `the alias *${alias.source} has no anchor before it; define &${alias.source}, or use quotes`,
      );
      return null;
    }
    const before = this.#aliasedSize;
    this.#size += anchored.size;
    this.#aliasedSize += anchored.size;
    if (this.#aliasedSize > MAX_ALIASED_VALUES) {
      const first = before <= MAX_ALIASED_VALUES;
      if (first)
        this.#complain(alias, `aliases repeat more than ${MAX_ALIASED_VALUES} values; write them out`);
      return null;
    }
    this.#targets.set(alias, anchored.node);
    return anchored.value;
  }
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function anchorOf(node: Node): string | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
}
