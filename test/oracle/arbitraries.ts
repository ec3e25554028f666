import fc from "fast-check";
import { type Dice, writtenDice } from "./dice.ts";

/** More throws than a case and its change take. */
const MAX_THROWS = 1_000;

/**
 * Dice for fast-check. What is drawn with them shrinks as the written throws do, to fewer and plainer things:
 * a throw that is left out counts as zero.
 */
export const arbitraryDice: fc.Arbitrary<() => Dice> = fc
  .array(fc.nat({ max: 9_999 }), { maxLength: MAX_THROWS, size: "max" })
  .map((throws) => () => writtenDice(throws));
