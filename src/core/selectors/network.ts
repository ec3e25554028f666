import { parseRange } from "../ip-address.ts";
import { compileIpSet } from "../ip-set.ts";
import { undecided } from "../verdict.ts";
import { type Family, oneOf, valueTest } from "./matcher.ts";

const MISSING = undecided("missing");

export const COUNTRY = oneOf(
  "network.country",
  (facts) => facts["network.country"],
  (country) => country,
  MISSING,
);

/** Address ranges, looked up in sorted intervals however many there are. */
export const IP_RANGE: Family = {
  facts: ["network.ip"],
  compile(ranges) {
    const set = compileIpSet(ranges.map(parseRange).filter((range) => range !== null));
    return valueTest(
      (facts) => facts["network.ip"],
      (ip) => set.has(ip),
      MISSING,
    );
  },
};

/** The range that a rule or a list names; null where it is none. */
export function rangeKey(range: string): string | null {
  return parseRange(range) === null ? null : range;
}
