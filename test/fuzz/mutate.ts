import { type Dice, pick } from "../oracle/dice.ts";

/** Characters that parsers have stumbled over: controls, quotes, look-alikes, halves of pairs, bidi marks. */
const CHARACTERS = [
  ..."\0\t\n\r \"'`\\/%.,:;@#?&=*{}[]()<>|!$~^-_+0189azAZ",
  "\u007f",
  "\u00a0",
  "\u00ad",
  "\u0131",
  "\u017f",
  "\u202e",
  "\u200b",
  "\u2028",
  "\u212a",
  "\u3002",
  "\uff0e",
  "\ufeff",
  "\ud800",
  "\udc00",
  "\u{1f9ee}",
];

const MAX_CHANGES = 4;
const MAX_RUN = 16;
const MAX_REPEATS = 64;
const MAX_INPUT_LENGTH = 4_096;

/** Where a mutation takes its material from: other inputs, and words of the language. */
export interface Material {
  readonly pool: readonly string[];
  readonly dictionary: readonly string[];
}

type Change = (dice: Dice, text: string, material: Material) => string;

const CHANGES: readonly Change[] = [
  (dice, text) => replaceRun(dice, text, ""),
  (dice, text) => replaceRun(dice, text, pick(dice, CHARACTERS)),
  (dice, text) => insert(dice, text, pick(dice, CHARACTERS)),
  (dice, text, { dictionary }) => insert(dice, text, pick(dice, dictionary)),
  (dice, text, { dictionary }) => replaceRun(dice, text, pick(dice, dictionary)),
  (dice, text) => insert(dice, text, cutRun(dice, text)),
  (dice, text) => insert(dice, text, cutRun(dice, text).repeat(1 + dice(MAX_REPEATS))),
  (dice, text) => text.slice(0, dice(text.length + 1)),
  (dice, text, { pool }) => text.slice(0, dice(text.length + 1)) + cutTail(dice, pick(dice, pool)),
  swapCase,
  exchangeWords,
];

/** An input of the pool, changed in up to four ways. */
export function mutate(dice: Dice, material: Material): string {
  let text = pick(dice, material.pool);
  for (let changes = 1 + dice(MAX_CHANGES); changes > 0; changes--) {
    text = pick(dice, CHANGES)(dice, text, material);
  }
  return text.slice(0, MAX_INPUT_LENGTH);
}

function insert(dice: Dice, text: string, piece: string): string {
  const at = dice(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}

function replaceRun(dice: Dice, text: string, piece: string): string {
  const at = dice(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at + 1 + dice(MAX_RUN));
}

function cutRun(dice: Dice, text: string): string {
  const at = dice(text.length + 1);
  return text.slice(at, at + 1 + dice(MAX_RUN));
}

function cutTail(dice: Dice, text: string): string {
  return text.slice(dice(text.length + 1));
}

function swapCase(dice: Dice, text: string): string {
  const at = dice(text.length + 1);
  const run = text.slice(at, at + 1 + dice(MAX_RUN));
  const swapped = run === run.toUpperCase() ? run.toLowerCase() : run.toUpperCase();
  return text.slice(0, at) + swapped + text.slice(at + run.length);
}

/** Puts one word of the text in the place of another: a value under another key, a key beside another value. */
function exchangeWords(dice: Dice, text: string): string {
  const words = text.match(/[^\s,:.@/"'{}[\]]+/g);
  return words === null ? text : text.replace(pick(dice, words), () => pick(dice, words));
}
