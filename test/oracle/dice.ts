/** A throw of a die with so many sides, from 0. Zero is the plainest choice, so that shrinking leads there. */
export type Dice = (sides: number) => number;

/** Dice for the millions: mulberry32, the same throws for the same seed. */
export function seededDice(seed: number): Dice {
  let state = seed | 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** Dice that replay written-down throws, and throw zero when these are spent. */
export function writtenDice(throws: readonly number[]): Dice {
  let next = 0;
  return (sides) => (throws[next++] ?? 0) % sides;
}

export function pick<T>(dice: Dice, items: readonly T[]): T {
  const picked = items[dice(items.length)];
  if (picked === undefined) throw new RangeError("there is nothing to pick from");
  return picked;
}

/** True in so many of a hundred throws; false is the plainer answer. */
export function happens(dice: Dice, percent: number): boolean {
  return dice(100) >= 100 - percent;
}

/** Up to `most` drawings, at least `least`. */
export function several<T>(dice: Dice, least: number, most: number, draw: () => T): T[] {
  return Array.from({ length: least + dice(most - least + 1) }, draw);
}

/** Each item or not. */
export function some<T>(dice: Dice, items: readonly T[]): T[] {
  return items.filter(() => dice(2) === 1);
}

/** The items in another order (Fisher and Yates). */
export function shuffle<T>(dice: Dice, items: readonly T[]): T[] {
  const rest = [...items];
  const shuffled: T[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(dice(rest.length), 1));
  return shuffled;
}
