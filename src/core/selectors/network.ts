import { parseRange } from "../ip-address.ts";
import { undecided } from "../verdict.ts";
import { familyOf } from "./family.ts";
import { equal, IN_RANGE } from "./way.ts";

const MISSING = undecided("missing");

const country = familyOf({
  name: "network.country",
  read: (facts) => facts["network.country"],
  absent: MISSING,
});

export const COUNTRY = country(equal((code) => code));

const ip = familyOf({ name: "network.ip", read: (facts) => facts["network.ip"], absent: MISSING });

/** Address ranges, looked up in sorted intervals however many there are. */
export const IP_RANGE = ip(IN_RANGE);

/** The range that a rule or a list names; null where it is none. */
export function rangeKey(range: string): string | null {
  return parseRange(range) === null ? null : range;
}
