/** Why a token is refused. */
export type RefusalCode =
  | "too_large"
  | "malformed"
  | "algorithm_refused"
  | "header_refused"
  | "unknown_key"
  | "bad_signature"
  | "claims_malformed"
  | "expired"
  | "lifetime_too_long"
  | "issued_in_future"
  | "not_yet_valid"
  | "wrong_issuer"
  | "wrong_audience";

/** Why keys cannot be used. `keys_unavailable` is about the keys of others, the rest about our own. */
export type KeyFaultCode =
  | "keys_unavailable"
  | "keys_misconfigured"
  | "signer_busy"
  | "signer_failed"
  | "rotation_too_early"
  | "passphrase_missing"
  | "passphrase_wrong"
  | "vault_exposed"
  | "vault_corrupt"
  | "vault_unavailable";

/** What went wrong with a token or a key. The message never holds any part of the input. */
export class TokenError extends Error {
  override readonly name = "TokenError";
  constructor(
    readonly code: RefusalCode | KeyFaultCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
