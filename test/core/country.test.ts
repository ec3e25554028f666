import { describe, expect, test } from "bun:test";
import { readCountry } from "../../src/core/country.ts";

describe("a country", () => {
  test.each([
    ["PT", "PT"],
    ["pt", "PT"],
    ["NO", "NO"],
  ])("%s is read as %s", (written, code) => {
    expect(readCountry(written)).toBe(code);
  });

  test.each([
    ["XX, which stands for none", "XX"],
    ["T1, which stands for the Tor network", "T1"],
    ["xx in lower case", "xx"],
    ["three letters", "PRT"],
    ["one letter", "P"],
    ["a dotless i, which upper case turns into I", "ıT"],
    ["a ligature, which upper case turns into two letters", "ﬁ"],
    ["nothing", ""],
    ["a boolean, as YAML 1.1 reads NO", false],
    ["no value", undefined],
  ])("is not read from %s", (_what, written) => {
    expect(readCountry(written)).toBeNull();
  });
});
