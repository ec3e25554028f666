import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { TokenError } from "./token-error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Wraps private keys for keeping. `label` says whose key it is and is authenticated with it. */
export interface KeySealer {
  readonly encrypts: boolean;
  seal(pkcs8: Bytes, label: string): Promise<string>;
  /** Throws `TokenError`: `passphrase_missing`, `passphrase_wrong` or `vault_corrupt`. */
  open(sealed: string, label: string): Promise<Bytes>;
}

const CLEAR = "clear";
const ENCRYPTED = "scrypt-a256gcm";
const SALT_BYTES = 16;
const IV_BYTES = 12;
const KEK_BYTES = 32;
/** About 0.1 s and 32 MiB, once per start. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };
const deriveKey = promisify<string, Bytes, number, typeof SCRYPT, Buffer<ArrayBuffer>>(scrypt);

export function isSealedInClear(sealed: string): boolean {
  return sealed.startsWith(`${CLEAR}.`);
}

/**
 * AES-256-GCM under a key derived from the passphrase by scrypt (RFC 7914); with no passphrase the
 * private keys are kept as they are.
 */
export function createKeySealer(passphrase: string | null): KeySealer {
  return passphrase === null ? clearSealer : createPassphraseSealer(passphrase);
}

const clearSealer: KeySealer = {
  encrypts: false,
  async seal(pkcs8) {
    return [CLEAR, encode(pkcs8)].join(".");
  },
  async open(sealed) {
    if (isSealedInClear(sealed)) return openClear(sealed);
    throw new TokenError("passphrase_missing", "the signing keys are encrypted: set keys.passphrase");
  },
};

function createPassphraseSealer(passphrase: string): KeySealer {
  const keys = new Map<string, Promise<CryptoKey>>();

  /** Deriving is slow on purpose; keys that share a salt share the work. */
  function keyOf(salt: string): Promise<CryptoKey> {
    const known = keys.get(salt) ?? deriveAesKey(passphrase, salt);
    keys.set(salt, known);
    return known;
  }

  return {
    encrypts: true,
    async seal(pkcs8, label) {
      const [salt = encode(randomBytes(SALT_BYTES))] = keys.keys();
      const iv = randomBytes(IV_BYTES);
      const box = await crypto.subtle.encrypt(gcm(iv, label), await keyOf(salt), pkcs8);
      return [ENCRYPTED, salt, encode(iv), encode(new Uint8Array(box))].join(".");
    },
    async open(sealed, label) {
      if (isSealedInClear(sealed)) return openClear(sealed);
      const [kind, salt, iv, box] = sealed.split(".");
      if (kind !== ENCRYPTED || !salt || !iv || !box) {
        throw new TokenError("vault_corrupt", "a signing key is kept in a form that is not known here");
      }
      const key = await keyOf(salt);
      try {
        return new Uint8Array(await crypto.subtle.decrypt(gcm(decode(iv), label), key, decode(box)));
      } catch (cause) {
        const message = "keys.passphrase does not open the signing keys, or they were tampered with";
        throw new TokenError("passphrase_wrong", message, { cause });
      }
    },
  };
}

async function deriveAesKey(passphrase: string, salt: string): Promise<CryptoKey> {
  const bytes = await deriveKey(passphrase, decode(salt), KEK_BYTES, SCRYPT);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

function gcm(iv: Bytes, label: string) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(label) };
}

function openClear(sealed: string): Bytes {
  return decode(sealed.slice(CLEAR.length + 1));
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function decode(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, "base64url"));
}
