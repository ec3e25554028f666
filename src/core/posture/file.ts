import type { DeviceFile } from "../attribute.ts";
import { type Judgement, MATCH, NO_MATCH } from "../verdict.ts";
import type { CheckKind, CheckOf } from "./check-kind.ts";
import { both, type CompiledCheck, decided, INCOMPLETE, MISSING, onFact } from "./compiled-check.ts";
import { foldCase } from "./fold-case.ts";

type ProcessType = "application" | "sentinelone" | "carbonblack";
type FileCheck = CheckOf<"file" | ProcessType>;

/**
 * A file that exists, with this hash and signature if they are named; or one that does not exist,
 * which only a source that looked can say.
 */
export const FILE: CheckKind<"file"> = {
  compile(check) {
    if (!check.exists) return onDeviceFile(check, MISSING, (file) => decided(!file.exists));
    const judgeContent = contentJudge(check);
    return onDeviceFile(check, NO_MATCH, (file) => (file.exists ? judgeContent(file) : NO_MATCH));
  },
  describe: ({ path, exists }) => `file ${path} ${exists ? "exists" : "does not exist"}`,
};

/** A process that runs from a path, with this hash and signature if they are named. */
export const PROCESS: CheckKind<ProcessType> = {
  compile(check) {
    const judgeContent = contentJudge(check);
    return onDeviceFile(check, NO_MATCH, (file) => {
      if (file.running === null) return MISSING;
      return file.running ? judgeContent(file) : NO_MATCH;
    });
  },
  describe: ({ path }) => `${path} is running`,
};

/** A path that holds a variable (`%PROGRAMFILES%`, `${HOME}`) names a file that only the device can tell. */
const VARIABLE = /%[^%\\]+%|\$\{[^}]+\}/;

function onDeviceFile(
  { path, platform }: FileCheck,
  lacking: Judgement,
  judgeFile: (file: DeviceFile) => Judgement,
): CompiledCheck {
  const windowsPath = platform === "windows" ? foldCase(path) : null;
  const unlisted = VARIABLE.test(path) ? MISSING : lacking;
  return onFact("device.files", lacking, ({ value: files, complete }) => {
    const file = files.get(path) ?? (windowsPath === null ? undefined : findFolded(files, windowsPath));
    if (file !== undefined) return judgeFile(file);
    return complete ? unlisted : INCOMPLETE;
  });
}

/** Windows' paths know no case. */
function findFolded(files: ReadonlyMap<string, DeviceFile>, folded: string): DeviceFile | undefined {
  for (const [path, file] of files)
    if (path.length === folded.length && foldCase(path) === folded) return file;
  return undefined;
}

function contentJudge(check: FileCheck): (file: DeviceFile) => Judgement {
  const sha256 = check.sha256 === null ? null : foldCase(check.sha256);
  const thumbprint = check.thumbprint === null ? null : foldCase(check.thumbprint);
  return (file) => both(judgeHex(file.sha256, sha256), judgeHex(file.thumbprint, thumbprint));
}

function judgeHex(actual: string | null, wanted: string | null): Judgement {
  if (wanted === null) return MATCH;
  return actual === null ? MISSING : decided(foldCase(actual) === wanted);
}
