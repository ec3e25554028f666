import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { importJWK } from "jose";
import type { Host } from "../../src/plugin.ts";
import { AnswerError } from "../support/answer-error.ts";

/** The keys that an evaluator signs with. */
export interface KeySet {
  /** The key of that id. Rejects where there is none. */
  find(kid: string | undefined, signal: AbortSignal): Promise<CryptoKey>;
}

/** A key that was withdrawn is believed no longer than that. */
const KEEP_MS = 600_000;
/** A kid that nobody knows does not have the keys asked for again more often. */
const ASK_AGAIN_MS = 30_000;
const MAX_KEYS = 16;

const Document = TypeCompiler.Compile(
  Type.Object({ keys: Type.Array(Type.Unknown(), { maxItems: MAX_KEYS }) }),
);
const RsaKey = TypeCompiler.Compile(
  Type.Object({
    kty: Type.Literal("RSA"),
    kid: Type.String({ minLength: 1 }),
    n: Type.String({ minLength: 342, maxLength: 1_366 }),
    e: Type.String(),
  }),
);

export function createKeySet(url: string, host: Host): KeySet {
  let keys: ReadonlyMap<string, CryptoKey> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;

  async function refresh(signal: AbortSignal): Promise<void> {
    const response = await host.fetch(url, { signal });
    const document: unknown = await response.json();
    if (!Document.Check(document)) throw new AnswerError("the evaluator's keys are no key set");
    const found = new Map<string, CryptoKey>();
    for (const jwk of document.keys) {
      if (!RsaKey.Check(jwk)) continue;
      const { kty, n, e, kid } = jwk;
      const key = await importJWK({ kty, n, e, alg: "RS256" }, "RS256");
      if (key instanceof CryptoKey) found.set(kid, key);
    }
    keys = found;
    fetchedAt = host.now();
  }

  return {
    async find(kid = "", signal) {
      const ageMs = Math.abs(host.now() - fetchedAt);
      if (ageMs > KEEP_MS || (!keys.has(kid) && ageMs > ASK_AGAIN_MS)) await refresh(signal);
      const key = keys.get(kid);
      if (key === undefined)
        throw new AnswerError("the evaluator's token is signed by a key that is not its own");
      return key;
    },
  };
}
