import { type IpRange, parseRange } from "../../ip-address.ts";
import type { List } from "../../model.ts";
import { allRules } from "../analysis/group-index.ts";
import type { Finding, LintRule } from "../finding.ts";

export const HOST_BITS_SET: LintRule = {
  name: "host-bits-set",
  level: "hint",
  summary: "A range is written with an address inside it, such as 192.168.100.1/24.",
  check: ({ holders, set }) => [
    ...holders.flatMap((holder) =>
      allRules(holder).flatMap((rule) => {
        const range = rule.selector === "ip" ? readMasked(rule.range) : null;
        if (rule.selector !== "ip" || range === null) return [];
        return [{ place: rule.place, ...explain(rule.range, range), object: holder }];
      }),
    ),
    ...set.lists.filter(({ type }) => type === "IP").flatMap(findInList),
  ],
};

function findInList(list: List): readonly Finding[] {
  return list.values.flatMap((value) => {
    const range = readMasked(value);
    return range === null ? [] : [{ place: list.place, ...explain(value, range), object: list }];
  });
}

function explain(written: string, { text }: IpRange): Pick<Finding, "reason" | "mend"> {
  return {
    reason: `${written} means the whole of ${text}, not the one address`,
    mend: `write ${text}, or the address without its prefix`,
  };
}

/** The range that the text stands for; null where nothing had to be masked. */
function readMasked(text: string): IpRange | null {
  const range = parseRange(text);
  return range?.hostBits === true ? range : null;
}
