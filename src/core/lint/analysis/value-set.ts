import type { IpRange } from "../../ip-address.ts";

/** Values of one attribute that belong together. Of two blocks one holds the other, or they share nothing. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  /** All e-mail addresses of a domain, or one of them. */
  | { readonly kind: "domain"; readonly domain: string }
  | { readonly kind: "address"; readonly address: string; readonly domain: string }
  | { readonly kind: "range"; readonly range: IpRange }
  /** That there is none. */
  | { readonly kind: "none" };

/** The values in some blocks, or all values but those. */
export interface ValueSet {
  readonly of: "some" | "all_but";
  readonly blocks: readonly Block[];
}

export const NONE: Block = { kind: "none" };

export function some(...blocks: readonly Block[]): ValueSet {
  return { of: "some", blocks };
}

export function allBut(...blocks: readonly Block[]): ValueSet {
  return { of: "all_but", blocks };
}

export function complement({ of, blocks }: ValueSet): ValueSet {
  return { of: of === "some" ? "all_but" : "some", blocks };
}

export function isEmpty({ of, blocks }: ValueSet): boolean {
  return of === "some" && blocks.length === 0;
}

/** At least the values that are in both: a block with a hole in it is kept whole. */
export function intersect(a: ValueSet, b: ValueSet): ValueSet {
  if (a.of === "all_but" && b.of === "some") return intersect(b, a);
  if (a.of === "all_but") return allBut(...a.blocks, ...b.blocks);
  if (b.of === "all_but") return some(...a.blocks.filter((block) => !isWithin(block, b.blocks)));
  const ofA = a.blocks.filter((block) => isWithin(block, b.blocks));
  return some(...ofA, ...b.blocks.filter((block) => isWithin(block, a.blocks) && !isWithin(block, ofA)));
}

/** At least the values that are in either. */
export function unite(a: ValueSet, b: ValueSet): ValueSet {
  if (a.of === "all_but" && b.of === "some") return unite(b, a);
  if (a.of === "all_but") {
    const left = a.blocks.filter((block) => isWithin(block, b.blocks));
    return allBut(...left, ...b.blocks.filter((block) => isWithin(block, a.blocks)));
  }
  if (b.of === "some") return some(...a.blocks, ...b.blocks);
  return allBut(...b.blocks.filter((block) => !a.blocks.some((other) => overlap(block, other))));
}

/** Whether all values of `a` are for certain in `b`. */
export function isSubset(a: ValueSet, b: ValueSet): boolean {
  if (a.of === "all_but") return b.of === "all_but" && b.blocks.every((block) => isWithin(block, a.blocks));
  if (b.of === "some") return a.blocks.every((block) => isWithin(block, b.blocks));
  return a.blocks.every((block) => !b.blocks.some((other) => overlap(block, other)));
}

function isWithin(block: Block, blocks: readonly Block[]): boolean {
  return blocks.some((other) => covers(other, block));
}

function overlap(a: Block, b: Block): boolean {
  return covers(a, b) || covers(b, a);
}

function covers(outer: Block, inner: Block): boolean {
  switch (outer.kind) {
    case "none":
      return inner.kind === "none";
    case "text":
      return inner.kind === "text" && inner.text === outer.text;
    case "domain":
      return (inner.kind === "domain" || inner.kind === "address") && inner.domain === outer.domain;
    case "address":
      return inner.kind === "address" && inner.address === outer.address;
    case "range":
      return inner.kind === "range" && coversRange(outer.range, inner.range);
  }
}

function coversRange(outer: IpRange, inner: IpRange): boolean {
  if (outer.family !== inner.family) return false;
  return compareWords(outer.first, inner.first) <= 0 && compareWords(outer.last, inner.last) >= 0;
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((word, index) => word !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
