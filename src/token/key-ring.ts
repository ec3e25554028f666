import type { Clock } from "../clock.ts";
import { createSignBounded } from "./bounded-signing.ts";
import { createJwksDocument, type JwksDocument } from "./jwks-document.ts";
import type { Algorithm } from "./jwt-gate.ts";
import { createRing, isRotationDue, pruneRing, type Ring, revokeKey, rotateRing } from "./key-rotation.ts";
import { createKeySafe } from "./key-safe.ts";
import type { KeyVault } from "./key-vault.ts";
import type { ActiveKey, PendingKey, RingRecord } from "./ring-record.ts";
import { generateKeyPair, type KeyGenerator, type Signer } from "./signing-key.ts";
import { TokenError } from "./token-error.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Cloudflare says nowhere how long it caches our keys: a day is assumed, and half an hour for clocks that jump. */
const PUBLISH_AHEAD_MS = DAY_MS + 30 * MINUTE_MS;
const ROTATE_EVERY_MS = 42 * DAY_MS;
const RETIRE_AFTER_MS = 7 * DAY_MS;
const LOOK_EVERY_MS = 30_000;
const MAX_CONCURRENT_SIGNS = 64;
const MAX_TRIES = 8;

export interface KeyRingOptions {
  /** Cloudflare takes RSA only for evaluations. */
  readonly use: { purpose: "evaluation"; algorithm: "RS256" } | { purpose: "verdict"; algorithm: Algorithm };
  readonly vault: KeyVault;
  /** Encrypts the private keys at rest; null keeps them in the clear, which a shared vault refuses. */
  readonly passphrase: string | null;
  readonly clock: Clock;
  readonly rotateEveryMs?: number;
  readonly retireAfterMs?: number;
  readonly publishAheadMs?: number;
  readonly maxConcurrentSigns?: number;
  readonly generateKeys?: KeyGenerator;
}

/** One published or revoked key, for a person. Times are milliseconds since the epoch. */
export interface KeySummary {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly state: "pending" | "active" | "retiring" | "revoked";
  /** Since when it is in this state. */
  readonly since: number;
}

/** How the ring stands with its vault. Times are milliseconds since the epoch. */
export interface KeyRingState {
  readonly lastSuccessAt: number;
  /** What the last look at the vault failed of; null when it succeeded. Signing goes on meanwhile. */
  readonly lastError: string | null;
}

/** The keys of one purpose: `pending → active → retiring → removed`, or revoked. All errors are `TokenError`. */
export interface KeyRing {
  /** What an operator should know, a sentence each. */
  readonly warnings: readonly string[];
  /** From memory, whatever the vault does. */
  jwks(): JwksDocument;
  /** A compact JWS (RFC 7515) of the payload by the active key; `signer_busy` at once when there are too many. */
  sign(payload: Readonly<Record<string, unknown>>, header?: { readonly typ?: string }): Promise<string>;
  /** Lets the pending key take over now; `rotation_too_early` until every verifier has seen it. */
  rotate(): Promise<void>;
  /** Takes a key out at once; the pending key replaces an active one. `unknown_key` where there is none. */
  revoke(kid: string): Promise<void>;
  list(): readonly KeySummary[];
  /** Looks at the vault and the clock now, as it does by itself all the time. Failures show in `ready()`. */
  refresh(): Promise<void>;
  ready(): KeyRingState;
  close(): void;
}

/** The ring in memory, with what can sign. */
interface Held {
  readonly record: RingRecord;
  readonly active: Signer;
  readonly pending: Signer;
  readonly jwks: JwksDocument;
}

/** A change to a ring that is to become `version`; the same ring where there is nothing to change. */
type Step = (ring: Ring, version: number) => Promise<Ring>;

/**
 * Opens the ring that the vault keeps, or makes the first one; replicas that do so at once end up
 * with the same. Throws `TokenError` where the vault cannot be used.
 */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { vault, passphrase, clock, generateKeys = generateKeyPair } = options;
  const { purpose, algorithm } = options.use;
  const schedule = {
    rotateEveryMs: options.rotateEveryMs ?? ROTATE_EVERY_MS,
    retireAfterMs: options.retireAfterMs ?? RETIRE_AFTER_MS,
    publishAheadMs: options.publishAheadMs ?? PUBLISH_AHEAD_MS,
  };
  const safe = createKeySafe({ purpose, algorithm, vault, passphrase, clock, generateKeys });
  const signBounded = createSignBounded(options.maxConcurrentSigns ?? MAX_CONCURRENT_SIGNS);

  const createFirst = async (version: number) =>
    createRing(purpose, await safe.createKey(version), await safe.createKey(version), clock());

  const keepUp: Step = async (ring, version) => {
    const now = clock();
    const next = await safe.encryptRing(pruneRing(ring, schedule, now));
    if (!isRotationDue(next, schedule, algorithm, now)) return next;
    return rotateRing(next, await safe.createKey(version), schedule, now);
  };

  /** At the start only, so that replicas which are configured differently for a while do not outdo each other. */
  const changeAlgorithm: Step = async (ring, version) => {
    const next = await keepUp(ring, version);
    // A key that has never signed can go.
    return next.pending.algorithm === algorithm ? next : { ...next, pending: await safe.createKey(version) };
  };

  /** Applies the step to the newest ring, anew each time another replica was faster. */
  async function settle(held: Held | null, step: Step): Promise<Held> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = await vault.read(purpose);
      const version = (stored?.version ?? 0) + 1;
      // A vault that lost what is held here, or went back in time, gets it again.
      const newest = held !== null && held.record.version >= version ? held.record : stored;
      const next = newest === null ? await createFirst(version) : await step(newest, version);
      if (stored !== null && next === stored) return hold(stored, held);
      const record = { ...next, version };
      if (await vault.replace(record)) return hold(record, held);
    }
    throw new TokenError(
      "vault_unavailable",
      `the keys in ${vault.place} change faster than they can be written`,
    );
  }

  async function hold(record: RingRecord, held: Held | null): Promise<Held> {
    const known = held === null ? [] : [held.active, held.pending];
    const load = async (key: ActiveKey | PendingKey) =>
      known.find((signer) => signer.kid === key.kid) ?? (await safe.loadSigner(key));
    const [active, pending] = [await load(record.active), await load(record.pending)];
    return { record, active, pending, jwks: createJwksDocument(record) };
  }

  let held = await settle(null, changeAlgorithm);
  let lastSuccessAt = clock();
  let lastError: unknown = null;
  let lastChange: Promise<unknown> = Promise.resolve();

  /** One change at a time, whatever became of the one before. */
  function change(step: Step): Promise<void> {
    const work = async () => {
      held = await settle(held, step);
    };
    const changed = lastChange.then(work, work);
    lastChange = changed;
    return changed;
  }

  async function refresh(): Promise<void> {
    try {
      await change(keepUp);
      lastSuccessAt = clock();
      lastError = null;
    } catch (error) {
      // The keys in memory go on; the next look tries again.
      lastError = error;
    }
  }

  const unwatch = await vault.watch?.(purpose, refresh);
  const timer = setInterval(refresh, LOOK_EVERY_MS);
  timer.unref();

  return {
    warnings: safe.warnings,
    jwks: () => held.jwks,
    list: () => summarize(held.record),
    ready: () => ({ lastSuccessAt, lastError: lastError instanceof Error ? lastError.message : null }),
    refresh,
    async sign(payload, { typ } = {}) {
      const { active } = held;
      const header = { alg: active.algorithm, kid: active.kid, ...(typ === undefined ? {} : { typ }) };
      const input = `${encodeJson(header)}.${encodeJson(payload)}`;
      const signature = await signBounded(active, new TextEncoder().encode(input));
      return `${input}.${Buffer.from(signature).toString("base64url")}`;
    },
    rotate: () =>
      change(async (ring, version) => {
        const now = clock();
        return rotateRing(pruneRing(ring, schedule, now), await safe.createKey(version), schedule, now);
      }),
    revoke: (kid) =>
      change(async (ring, version) => revokeKey(ring, kid, await safe.createKey(version), clock())),
    close() {
      clearInterval(timer);
      unwatch?.();
    },
  };
}

function summarize({ active, pending, retiring, revoked }: RingRecord): readonly KeySummary[] {
  const summary = (key: { kid: string; algorithm: Algorithm }, state: KeySummary["state"], since: number) => {
    return { kid: key.kid, algorithm: key.algorithm, state, since };
  };
  return [
    summary(pending, "pending", pending.publishedAt),
    summary(active, "active", active.activatedAt),
    ...retiring.map((key) => summary(key, "retiring", key.retiredAt)),
    ...revoked.map((key) => summary(key, "revoked", key.revokedAt)),
  ];
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
