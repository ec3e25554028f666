import type { Clock } from "../clock.ts";
import type { Algorithm } from "./jwt-gate.ts";
import type { Ring } from "./key-rotation.ts";
import { createKeySealer, isSealedInClear } from "./key-seal.ts";
import type { KeyVault } from "./key-vault.ts";
import type { ActiveKey, PendingKey, Purpose } from "./ring-record.ts";
import { createKey, type KeyGenerator, loadSigner, type Signer } from "./signing-key.ts";
import { TokenError } from "./token-error.ts";

type PrivateKey = PendingKey | ActiveKey;

/** Makes keys and opens them again: the only place that sees a private key. */
export interface KeySafe {
  /** What an operator should know, a sentence each. */
  readonly warnings: readonly string[];
  /** A new key, tested and sealed for this version of the ring. */
  createKey(version: number): Promise<PendingKey>;
  loadSigner(key: PrivateKey): Promise<Signer>;
  /** Encrypts keys that were kept before there was a passphrase; the same ring where there are none. */
  encryptRing(ring: Ring): Promise<Ring>;
}

export interface KeySafeOptions {
  readonly purpose: Purpose;
  readonly algorithm: Algorithm;
  readonly vault: Pick<KeyVault, "place" | "shared">;
  readonly passphrase: string | null;
  readonly clock: Clock;
  readonly generateKeys: KeyGenerator;
}

/** Throws `TokenError` with code `passphrase_missing` where keys would lie in the clear in a shared vault. */
export function createKeySafe(options: KeySafeOptions): KeySafe {
  const { purpose, algorithm, vault, passphrase, clock, generateKeys } = options;
  if (passphrase === null && vault.shared) {
    throw new TokenError(
      "passphrase_missing",
      `signing keys are never put unencrypted into ${vault.place}: set keys.passphrase, or keep them in keys.directory`,
    );
  }
  const sealer = createKeySealer(passphrase);

  const label = (kid: string, version: number) => JSON.stringify([kid, purpose, version]);

  async function open(key: PrivateKey): Promise<Uint8Array<ArrayBuffer>> {
    if (vault.shared && isSealedInClear(key.sealedKey)) {
      throw new TokenError(
        "vault_corrupt",
        `a signing key lies unencrypted in ${vault.place}, where Postern puts none`,
      );
    }
    return sealer.open(key.sealedKey, label(key.kid, key.sealedVersion));
  }

  async function encrypt<K extends PrivateKey>(key: K): Promise<K> {
    if (!isSealedInClear(key.sealedKey)) return key;
    return { ...key, sealedKey: await sealer.seal(await open(key), label(key.kid, key.sealedVersion)) };
  }

  return {
    warnings: sealer.encrypts
      ? []
      : [`the signing keys lie unencrypted in ${vault.place}: set keys.passphrase to have them encrypted`],
    async createKey(version) {
      const { signer, pkcs8 } = await createKey(algorithm, generateKeys);
      const { kid, publicJwk } = signer;
      const sealedKey = await sealer.seal(pkcs8, label(kid, version));
      return { kid, algorithm, publicJwk, publishedAt: clock(), sealedKey, sealedVersion: version };
    },
    async loadSigner(key) {
      const signer = await loadSigner(key.algorithm, key.publicJwk, await open(key));
      if (signer.kid === key.kid) return signer;
      throw new TokenError("vault_corrupt", `a key in ${vault.place} carries the kid of another`);
    },
    async encryptRing(ring) {
      const { active, pending } = ring;
      const clear = [active, pending].some((key) => isSealedInClear(key.sealedKey));
      if (!sealer.encrypts || !clear) return ring;
      return { ...ring, active: await encrypt(active), pending: await encrypt(pending) };
    },
  };
}
