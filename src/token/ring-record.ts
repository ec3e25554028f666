import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Algorithm } from "./jwt-gate.ts";
import { PublicJwkSchema } from "./signing-key.ts";
import { parseStrictJson } from "./strict-json.ts";
import { TokenError } from "./token-error.ts";

/** What a ring signs: answers to Access, or Postern's own verdicts. Each has its own keys. */
export type Purpose = "evaluation" | "verdict";

/** Two may retire at a time, so that with the active and the pending key never more than four are published. */
export const MAX_RETIRING = 2;

const Millis = Type.Number();
const AlgorithmSchema = Type.Unsafe<Algorithm>(Type.Union([Type.Literal("RS256"), Type.Literal("ES256")]));
const Published = {
  kid: Type.String(),
  algorithm: AlgorithmSchema,
  publicJwk: PublicJwkSchema,
  publishedAt: Millis,
};
// A private half is kept only as long as it may still sign.
const Sealed = { sealedKey: Type.String(), sealedVersion: Type.Integer() };

const PendingSchema = Type.Object({ ...Published, ...Sealed });
const ActiveSchema = Type.Object({ ...Published, ...Sealed, activatedAt: Millis });
const RetiringSchema = Type.Object({ ...Published, activatedAt: Millis, retiredAt: Millis });
const RevokedSchema = Type.Object({ kid: Type.String(), algorithm: AlgorithmSchema, revokedAt: Millis });

const RingSchema = Type.Object({
  purpose: Type.Unsafe<Purpose>(Type.Union([Type.Literal("evaluation"), Type.Literal("verdict")])),
  version: Type.Integer({ minimum: 1 }),
  active: ActiveSchema,
  pending: PendingSchema,
  retiring: Type.Array(RetiringSchema, { maxItems: MAX_RETIRING }),
  revoked: Type.Array(RevokedSchema),
});

/** Published ahead of its first use. */
export type PendingKey = Static<typeof PendingSchema>;
/** The one that signs. */
export type ActiveKey = Static<typeof ActiveSchema>;
/** Signs no more; what it signed still verifies. */
export type RetiringKey = Static<typeof RetiringSchema>;

/**
 * All keys of one purpose, as they are kept. Times are milliseconds since the epoch. Every change
 * makes a new version, and there is always exactly one active and one pending key.
 */
export type RingRecord = Readonly<Static<typeof RingSchema>>;

const ringCheck = TypeCompiler.Compile(RingSchema);

export function encodeRingRecord(record: RingRecord): string {
  return JSON.stringify(record);
}

/** Reads what a vault kept as this version. Throws `TokenError` with code `vault_corrupt`. */
export function decodeRingRecord(text: string, purpose: Purpose, version: number): RingRecord {
  const record = parseRecord(text);
  if (!ringCheck.Check(record) || record.purpose !== purpose || record.version !== version) {
    throw new TokenError("vault_corrupt", `the kept ${purpose} keys (version ${version}) are not a key ring`);
  }
  return record;
}

function parseRecord(text: string): unknown {
  try {
    return parseStrictJson(new TextEncoder().encode(text), "the key ring");
  } catch (cause) {
    throw new TokenError("vault_corrupt", "the kept keys cannot be read", { cause });
  }
}
