import type { UnknownReason } from "../core/reason.ts";

/** How a question to a provider can fail. */
export type ProviderFailure = Extract<
  UnknownReason,
  "timeout" | "unreachable" | "refused" | "failed" | "malformed" | "too_large" | "overloaded" | "circuit_open"
>;

/** A provider that could not be started (`config_invalid`), or that could not answer. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  constructor(
    readonly code: ProviderFailure | "config_invalid",
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
