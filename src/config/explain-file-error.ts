const REASONS: { readonly [code: string]: string } = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder; name a file in it",
  EACCES: "it may not be read; change its permissions or its owner",
  EPERM: "it may not be read; change its permissions or its owner",
  ELOOP: "its symbolic links run in a circle",
  ENAMETOOLONG: "its path is too long",
  EMFILE: "too many files are open",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

/** Why a file could not be read, in words that repeat nothing of it. */
export function explainFileError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return `the file cannot be read: ${REASONS[code] ?? (code || "unknown reason")}`;
}
