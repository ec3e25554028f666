import { ProviderError, type ProviderFailure } from "./provider-error.ts";

/** How deep an error may be wrapped in others. */
const MAX_CAUSES = 5;

/** Codes of the operating system, of name resolution and of TLS: nobody was spoken to, or no longer. */
const UNREACHABLE =
  /^(?:E(?:CONN\w+|PIPE|HOST\w+|NET\w+|NOTFOUND|AI_\w+|ADDR\w+|PROTO)|ERR_(?:TLS|SSL)_\w+|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_\w+|DEPTH_ZERO_\w+|HOSTNAME_MISMATCH)$/;
const LATE = /^(?:ETIMEDOUT|ETIME)$/;

/**
 * Why nothing is known after `error`: the one place where that is decided. What is not recognised is
 * `failed`; nothing is ever absent for an error.
 */
export function unknownReasonOf(error: unknown): ProviderFailure {
  let current: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth++) {
    const reason = readError(current);
    if (reason !== null) return reason;
    current = current.cause;
  }
  return "failed";
}

function readError(error: Error): ProviderFailure | null {
  if (error instanceof ProviderError) return error.code === "config_invalid" ? "failed" : error.code;
  if (error.name === "TimeoutError" || error.name === "AbortError") return "timeout";
  if (error instanceof SyntaxError) return "malformed";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (LATE.test(code)) return "timeout";
  return UNREACHABLE.test(code) ? "unreachable" : null;
}
