import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseDuration } from "../../src/config/parse-duration.ts";

test.each([
  ["0", 0],
  ["0s", 0],
  ["300ms", 300],
  ["60s", 60_000],
  ["1h30m", 5_400_000],
  ["2h45m", 9_900_000],
  ["1.5h", 5_400_000],
  ["1.1s", 1_100],
  ["42d", 3_628_800_000],
  ["8760h", 31_536_000_000],
  ["1500us", 2],
  ["1500µs", 2],
  // Only zero is zero: a session of a nanosecond is not one without end.
  ["1ns", 1],
])("%s is %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "5",
  "s",
  "-1s",
  "+1s",
  "1e3s",
  "1 h",
  "1h 5m",
  " 1s",
  "1s ",
  "60S",
  "1w",
  "1.s",
  ".5s",
  "١s",
  "9999999999d",
])("%j is none", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test("parts add up, in any order", () => {
  const part = fc.tuple(fc.nat(500), fc.constantFrom("ms", "s", "m", "h", "d"));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const texts = parts.map(([amount, unit]) => `${amount}${unit}`);
      const sum = texts.reduce((total, text) => total + (parseDuration(text) ?? Number.NaN), 0);
      expect(parseDuration(texts.join(""))).toBe(sum);
      expect(parseDuration(texts.toReversed().join(""))).toBe(sum);
    }),
  );
});

test("no text makes it throw, or gives it anything but whole milliseconds", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0123456789.nuµmshd- ") }), (text) => {
      const ms = parseDuration(text);
      expect(ms === null || (Number.isSafeInteger(ms) && ms >= 0)).toBe(true);
    }),
  );
});
