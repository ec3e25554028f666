const REASONS: { readonly [code: string]: string } = {
  EACCES: "you may not write there",
  EEXIST: "a file is there, where a folder would have to be",
  EISDIR: "a folder is there, where a file would have to be",
  ENOENT: "the folder is not there, and cannot be made",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is a file, not a folder",
  EPERM: "you may not write there",
  EROFS: "the file system is read-only",
};

/** Why a file or a folder could not be written, for whoever called; null for an error that is about something else. */
export function explainWriteError(error: unknown): string | null {
  if (!(error instanceof Error && "code" in error && "path" in error)) return null;
  const reason = REASONS[String(error.code)];
  return reason === undefined ? null : `cannot write ${String(error.path)}: ${reason}; name another folder`;
}
