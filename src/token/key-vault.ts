import type { Purpose, RingRecord } from "./ring-record.ts";

/** Where key rings are kept between starts and shared between replicas. Every function throws `TokenError`. */
export interface KeyVault {
  /** For messages: where a person would look. */
  readonly place: string;
  /** Whether others than this machine's owner may reach it; then keys are put there encrypted or not at all. */
  readonly shared: boolean;
  /** The newest version; null where there is none. */
  read(purpose: Purpose): Promise<RingRecord | null>;
  /** Keeps `next` if the newest version is the one before it, atomically; tells whether it did. */
  replace(next: RingRecord): Promise<boolean>;
  /** Tells of changes where the vault can; the result ends it. */
  watch?(purpose: Purpose, listener: () => void): Promise<() => void>;
}
