import { type Judgement, MATCH, NO_MATCH } from "../verdict.ts";
import type { CheckKind } from "./check-kind.ts";
import { both, INCOMPLETE, onFact } from "./compiled-check.ts";

type Disks = ReadonlyMap<string, boolean>;

/** The disks it names are encrypted; all of them where it says so, or names none. */
export const DISK_ENCRYPTION: CheckKind<"disk_encryption"> = {
  compile({ disks: names, requireAll }) {
    const wanted = names.map(spellingsOf);
    const all = requireAll || wanted.length === 0;
    return onFact("device.disks", NO_MATCH, ({ value: disks, complete }) => {
      const unlisted = complete ? NO_MATCH : INCOMPLETE;
      let judgement = all ? judgeAll(disks, complete) : MATCH;
      for (const spellings of wanted) judgement = both(judgement, judgeDisk(disks, spellings, unlisted));
      return judgement;
    });
  },
  describe: ({ disks, requireAll }) =>
    requireAll || disks.length === 0 ? "all disks encrypted" : `disk encryption on ${disks.join(", ")}`,
};

/** A device without any disk has none that is encrypted. */
function judgeAll(disks: Disks, complete: boolean): Judgement {
  for (const encrypted of disks.values()) if (!encrypted) return NO_MATCH;
  if (!complete) return INCOMPLETE;
  return disks.size > 0 ? MATCH : NO_MATCH;
}

function judgeDisk(disks: Disks, spellings: readonly string[], unlisted: Judgement): Judgement {
  let judgement = unlisted;
  for (const spelling of spellings) {
    const encrypted = disks.get(spelling);
    if (encrypted === false) return NO_MATCH;
    if (encrypted === true) judgement = MATCH;
  }
  return judgement;
}

/** A Windows drive is `C`, `c:` or `C:\`; other volumes have one name. */
function spellingsOf(name: string): string[] {
  const letter = /^([A-Za-z])(?::\\?)?$/.exec(name)?.[1];
  if (letter === undefined) return [name];
  return [letter.toUpperCase(), letter.toLowerCase()].flatMap((drive) => [drive, `${drive}:`, `${drive}:\\`]);
}
