import type { Clock } from "../clock.ts";
import { type Certs, checkCertsUrl, type Fetch, fetchCerts, type KeySource } from "./certs.ts";
import type { Algorithm } from "./jwt-gate.ts";
import { TokenError } from "./token-error.ts";

const TIMEOUT_MS = 2_000;
const REFRESH_EVERY_MS = 600_000;
const RETRY_EVERY_MS = 30_000;
const UNKNOWN_KID_EVERY_MS = 30_000;
const MAX_STALE_MS = 86_400_000;
/** Timers are spread by a tenth either way, so that a fleet does not ask in step. */
const JITTER = 0.1;

export interface AccessKeysOptions {
  /** `https://<team>.cloudflareaccess.com/cdn-cgi/access/certs`; `http:` on loopback only. */
  readonly certsUrl: string;
  /** For messages: the setting that holds the URL; `access.certs_url` unless told. */
  readonly setting?: string;
  /** What the keys may be for; RS256 alone unless told, as Access has no other. */
  readonly algorithms?: readonly Algorithm[];
  readonly clock: Clock;
  readonly fetch?: Fetch;
  readonly timeoutMs?: number;
  readonly refreshEveryMs?: number;
}

/** How the keys stand. Times are milliseconds since the epoch, null for never. */
export interface AccessKeysState {
  readonly ready: boolean;
  readonly lastSuccessAt: number | null;
  /** What the last attempt failed of; null when it succeeded. */
  readonly lastError: string | null;
}

/** The keys that Access signs with, kept fresh in the background. */
export interface AccessKeys {
  /**
   * The key of that `kid`. Throws `TokenError`: `unknown_key` when Access does not have it,
   * `keys_unavailable` when that cannot be told.
   */
  find(kid: string): Promise<CryptoKey>;
  /** Asks now; joins the attempt that is under way. Failures show in `ready()`. */
  refresh(): Promise<void>;
  ready(): AccessKeysState;
  close(): void;
}

/** Starts fetching at once and goes on until closed. Throws `TokenError` for a URL that is not secure. */
export function createAccessKeys(options: AccessKeysOptions): AccessKeys {
  const {
    clock,
    fetch = globalThis.fetch,
    timeoutMs = TIMEOUT_MS,
    refreshEveryMs = REFRESH_EVERY_MS,
  } = options;
  const { setting = "access.certs_url", algorithms = ["RS256"] } = options;
  const source: KeySource = { url: options.certsUrl, setting, algorithms };
  const checked = { ...source, url: checkCertsUrl(source) };

  let certs: Certs = new Map();
  let lastSuccessAt: number | null = null;
  let lastError: unknown = null;
  let lastUnknownKidAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  /** A set too old to be trusted counts as none; a clock that jumped back must not keep one alive. */
  function isUsable(): boolean {
    return lastSuccessAt !== null && Math.abs(clock() - lastSuccessAt) <= MAX_STALE_MS;
  }

  async function attempt(): Promise<void> {
    clearTimeout(timer);
    try {
      certs = await fetchCerts(checked, fetch, timeoutMs);
      lastSuccessAt = clock();
      lastError = null;
    } catch (error) {
      // What was learnt before goes on counting until it is too old.
      lastError = error;
    }
    underWay = null;
    if (!closed) schedule(lastError === null ? refreshEveryMs : Math.min(refreshEveryMs, RETRY_EVERY_MS));
  }

  function schedule(delayMs: number): void {
    const spread = 1 + JITTER * (2 * Math.random() - 1);
    timer = setTimeout(refresh, delayMs * spread);
    timer.unref();
  }

  function refresh(): Promise<void> {
    underWay ??= attempt();
    return underWay;
  }

  /** At most one fetch in a while for all unknown kids; until the next, memory answers for it. */
  async function refreshForUnknownKid(): Promise<void> {
    if (underWay !== null) return underWay;
    if (Math.abs(clock() - lastUnknownKidAt) < UNKNOWN_KID_EVERY_MS) return;
    lastUnknownKidAt = clock();
    await refresh();
  }

  async function find(kid: string): Promise<CryptoKey> {
    const known = isUsable() ? certs.get(kid) : undefined;
    if (known !== undefined) return known;
    await refreshForUnknownKid();
    if (!isUsable() || lastError !== null) {
      throw new TokenError("keys_unavailable", "the keys of Access cannot be fetched at the moment", {
        cause: lastError,
      });
    }
    const learnt = certs.get(kid);
    if (learnt === undefined) throw new TokenError("unknown_key", "the token's key is none of Access's");
    return learnt;
  }

  void refresh();
  return {
    find,
    refresh,
    ready: () => ({
      ready: isUsable(),
      lastSuccessAt,
      lastError: lastError instanceof Error ? lastError.message : null,
    }),
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
