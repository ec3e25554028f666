import type { DeviceOs, Platform } from "../attribute.ts";
import { type Judgement, MATCH } from "../verdict.ts";
import type { CheckKind } from "./check-kind.ts";
import { both, decided, MALFORMED, MISSING, onFact, undecidable } from "./compiled-check.ts";
import { HOLDS, SIGNS } from "./operator.ts";
import { compareNumbers, parseVersion } from "./version.ts";

/** A version as Access compares it; `patch` is the text of what comes after, null where nothing is said. */
interface Release {
  readonly numbers: readonly number[];
  readonly patch: string | null;
}

/**
 * Version first; where that is equal, what comes after it: the update build revision on Windows,
 * the Rapid Security Response on Apple's systems, the kernel's patch number on Linux.
 * A distribution is compared exactly, whatever the operator.
 */
export const OS_VERSION: CheckKind<"os_version"> = {
  compile(check) {
    const { platform, operator, version, distroName, distroRevision } = check;
    const wanted = readRelease(version, check.versionExtra, platform);
    if (wanted === null) return undecidable("unsupported");
    const wantedPatch = wanted.patch === null ? null : parsePatch(wanted.patch, platform);
    if (wanted.patch !== null && wantedPatch === null) return undecidable("unsupported");
    const holds = HOLDS[operator];

    function judgeVersion(os: DeviceOs, wantedNumbers: readonly number[]): Judgement {
      const release = readRelease(os.version, os.versionExtra, platform);
      if (release === null) return MALFORMED;
      const difference = compareNumbers(release.numbers, wantedNumbers);
      if (difference !== 0 || wantedPatch === null) return decided(holds(difference));
      if (release.patch === null) return MISSING;
      const patch = parsePatch(release.patch, platform);
      return patch === null ? MALFORMED : decided(holds(patch - wantedPatch));
    }

    return onFact("device.os", MISSING, ({ value: os }) =>
      both(
        both(judgeExact(os.distroName, distroName), judgeExact(os.distroRevision, distroRevision)),
        judgeVersion(os, wanted.numbers),
      ),
    );
  },
  describe({ operator, version, versionExtra, distroName, distroRevision }) {
    const release = [version, versionExtra].filter((part) => part !== null).join(" ");
    const distro = [distroName, distroRevision].filter((part) => part !== null).join(" ");
    return `OS version ${SIGNS[operator]} ${release}${distro === "" ? "" : `, ${distro}`}`;
  },
};

function judgeExact(actual: string | null, wanted: string | null): Judgement {
  if (wanted === null) return MATCH;
  return actual === null ? MISSING : decided(actual === wanted);
}

/** Null where `version` is none. What it holds itself goes before `extra`. */
function readRelease(version: string, extra: string | null, platform: Platform): Release | null {
  const parsed = parseVersion(version);
  if (parsed === null) return null;
  const { numbers, suffix } = parsed;
  const revision = numbers[3];
  if (platform === "windows" && revision !== undefined)
    return { numbers: numbers.slice(0, 3), patch: String(revision) };
  return { numbers, patch: suffix === "" ? extra : suffix };
}

const RAPID_RESPONSE = /^\(([a-z])\)$/;
const PATCH_NUMBER = /^-?(\d{1,15})(?!\d)/;

/** `(a)` is 1 on Apple's systems, `-21-generic` is 21 elsewhere, and an empty text 0: nothing comes after. */
function parsePatch(text: string, platform: Platform): number | null {
  if (text === "") return 0;
  if (platform === "mac" || platform === "ios") {
    const letter = RAPID_RESPONSE.exec(text)?.[1];
    return letter === undefined ? null : letter.charCodeAt(0) - "a".charCodeAt(0) + 1;
  }
  const digits = PATCH_NUMBER.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
