import { type PathReadings, parsePathPattern, readPath } from "../../../src/core/path.ts";
import { pick, several } from "../../oracle/dice.ts";
import { hold, type Target } from "../target.ts";

type ReadPath = (target: string) => PathReadings | null;

export const PATH_PIECES = [
  "/",
  "/",
  "/",
  "a",
  "b",
  "admin",
  "public",
  ".",
  "..",
  ";",
  ";x=1",
  "\\",
  "?",
  "#",
  "*",
  "%",
  "%2e",
  "%2E",
  "%2f",
  "%5c",
  "%3b",
  "%3f",
  "%23",
  "%25",
  "%252e",
  "%252f",
  "%61",
  "%00",
  "%c3%bc",
  "%ff",
];

export const PATH_CORPUS = [
  "/",
  "/admin",
  "/public/a/b/",
  "/a?next=/admin",
  "/%61dmin",
  "/public/../admin",
  "/public/..;/admin",
  "/a//b",
  "/m%C3%BCnchen",
  "/a%2fb",
  "/%252e%252e/admin",
];

/** Readings that are read themselves: there may be dozens. */
const MAX_READ_AGAIN = 8;

/** Request targets: every reading is a path, and reads as nothing that is not a reading. */
export function pathTarget(read: ReadPath = readPath): Target {
  return {
    name: "path",
    corpus: PATH_CORPUS,
    dictionary: PATH_PIECES,
    draw: (dice) => `/${several(dice, 1, 12, () => pick(dice, PATH_PIECES)).join("")}`,
    check(target) {
      checkPattern(target);
      const readings = read(target);
      if (readings === null) return false;
      hold(new Set(readings).size === readings.length, "readings are distinct");
      for (const reading of readings.slice(0, MAX_READ_AGAIN)) {
        hold(reading.startsWith("/"), "a reading starts with a slash");
        hold(reading === "/" || !reading.endsWith("/"), "a reading does not end with a slash");
        hold(
          [...reading].every((character) => character >= " " && character <= "~"),
          "a reading is printable",
        );
        const again = read(reading) ?? [];
        // What is decoded may look like the beginning of a query, and what is left encoded is one more reading.
        const isPath = !/[?#%]/.test(reading);
        hold(
          !isPath || again.every((other) => readings.includes(other)),
          "readings are all that can be read",
        );
      }
      return true;
    },
  };
}

function checkPattern(text: string): void {
  const pattern = parsePathPattern(text);
  if (pattern === null) return;
  hold(Bun.deepEquals(parsePathPattern(pattern.text), pattern, true), "a pattern reads as itself");
  hold(pattern.pieces.join("*") === pattern.text || pattern.text === "/", "a pattern is its pieces");
}
