import { NO_MATCH } from "../verdict.ts";
import { judgeAge, turnOfAge } from "./age.ts";
import type { CheckKind } from "./check-kind.ts";
import { decided, MISSING, onFact, undecidable } from "./compiled-check.ts";

const DAY_MS = 86_400_000;

/** The firewall runs, or is known to be off. */
export const FIREWALL: CheckKind<"firewall"> = {
  compile: ({ enabled }) =>
    onFact("device.firewall", enabled ? NO_MATCH : MISSING, ({ value }) => decided(value === enabled)),
  describe: ({ enabled }) => `firewall ${enabled ? "on" : "off"}`,
};

/** The device has joined this domain, or any. As at Cloudflare, case makes a difference. */
export const DOMAIN_JOINED: CheckKind<"domain_joined"> = {
  compile: ({ domain }) =>
    onFact("device.domain", NO_MATCH, ({ value }) =>
      decided(domain === null ? value !== "" : value === domain),
    ),
  describe: ({ domain }) => `joined ${domain === null ? "a domain" : `domain ${domain}`}`,
};

/** There is an antivirus, and it was updated within the window if there is one. */
export const ANTIVIRUS: CheckKind<"antivirus"> = {
  compile({ updateWindowDays }) {
    const windowMs = updateWindowDays === null ? Number.POSITIVE_INFINITY : updateWindowDays * DAY_MS;
    if (Number.isNaN(windowMs)) return undecidable("unsupported");
    const isRecent = (ageMs: number) => ageMs <= windowMs;
    // That there is none fails a demand for one; an update it does not tell of may have been made.
    const absent = updateWindowDays === null ? NO_MATCH : MISSING;
    return onFact(
      "device.antivirus_updated_at",
      absent,
      ({ value: updatedAt }, now) => judgeAge(updatedAt, now, isRecent),
      ({ value: updatedAt }, now) => turnOfAge(updatedAt, windowMs, now),
    );
  },
  describe: ({ updateWindowDays }) =>
    updateWindowDays === null ? "antivirus on" : `antivirus updated within ${updateWindowDays} d`,
};
