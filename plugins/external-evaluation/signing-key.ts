import { createPublicKey } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, importPKCS8 } from "jose";

export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** Its RFC 7638 thumbprint. */
  readonly kid: string;
}

/** Imports an RSA key, PKCS#8 in PEM. Rejects for anything else. */
export async function importSigningKey(pem: string): Promise<SigningKey> {
  const privateKey = await importPKCS8(pem, "RS256");
  const kid = await calculateJwkThumbprint(await exportJWK(createPublicKey(pem)));
  return { privateKey, kid };
}
