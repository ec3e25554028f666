import { PUBLIC_ONLY, type Reach } from "./address-guard.ts";

/** What the operator may set for a provider. */
export interface ProviderSettings {
  /** How long what it says counts. */
  readonly expiresMs: number;
  /** Patience with one question. */
  readonly timeoutMs: number;
  /** Questions asked at once; one more is not asked. */
  readonly concurrency: number;
  readonly maxResponseBytes: number;
  readonly reach: Reach;
}

/** What holds where nothing was set. */
export const DEFAULT_SETTINGS: ProviderSettings = {
  expiresMs: 600_000,
  timeoutMs: 5_000,
  concurrency: 8,
  maxResponseBytes: 8 * 1024 * 1024,
  reach: PUBLIC_ONLY,
};
