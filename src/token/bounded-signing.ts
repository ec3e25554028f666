import type { Signer } from "./signing-key.ts";
import { TokenError } from "./token-error.ts";

/** Signs, or throws `TokenError` with code `signer_busy` at once. */
export type SignBounded = (signer: Signer, bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>;

/**
 * Bounds how many signatures are made at a time: RSA is slow, and a queue that grows answers nobody
 * in time.
 */
export function createSignBounded(maxConcurrent: number): SignBounded {
  let underWay = 0;
  return async (signer, bytes) => {
    if (underWay >= maxConcurrent) throw new TokenError("signer_busy", "too many signatures are being made");
    underWay++;
    try {
      return await signer.sign(bytes);
    } catch (cause) {
      throw new TokenError("signer_failed", "the signing key failed", { cause });
    } finally {
      underWay--;
    }
  };
}
