import type { Operator } from "../model.ts";

/** Whether an operator holds, by the sign of left minus right. NaN holds for none. */
export const HOLDS: { readonly [O in Operator]: (difference: number) => boolean } = {
  "<": (difference) => difference < 0,
  "<=": (difference) => difference <= 0,
  "==": (difference) => difference === 0,
  ">=": (difference) => difference >= 0,
  ">": (difference) => difference > 0,
};

/** Operators as people read them. */
export const SIGNS: { readonly [O in Operator]: string } = {
  "<": "<",
  "<=": "≤",
  "==": "=",
  ">=": "≥",
  ">": ">",
};
