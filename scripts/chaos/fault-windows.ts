/** What a fault may keep from working: all that needs the store, writes alone, what is asked of devices, or nothing. */
export type Affected = "everything" | "writes" | "devices" | "nothing";

/** What answering takes, beside reading the store. */
export interface Needs {
  readonly writes: boolean;
  readonly asksDevice: boolean;
}

interface FaultWindow {
  readonly affects: Affected;
  readonly from: number;
  until: number;
}

/** One of several replicas may be well again so much later than another, in milliseconds. */
const BEHIND_MS = 300;

/** When there were faults, on the clock of the bench in milliseconds. */
export class FaultWindows {
  readonly #windows: FaultWindow[] = [];

  get count(): number {
    return this.#windows.length;
  }

  /** Begins one; the result ends it, when Postern was seen to have got over it. */
  begin(now: number, affects: Affected): (now: number) => void {
    const window: FaultWindow = { affects, from: now, until: Number.POSITIVE_INFINITY };
    this.#windows.push(window);
    return (recoveredAt) => {
      window.until = recoveredAt + BEHIND_MS;
    };
  }

  /** Whether a fault may excuse what happened in that while: it lasted, or was not got over yet. */
  excuse(start: number, end: number, needs: Needs): boolean {
    return this.#windows.some(
      ({ affects, from, until }) => from <= end && start <= until && isAffected(affects, needs),
    );
  }
}

function isAffected(affects: Affected, { writes, asksDevice }: Needs): boolean {
  if (affects === "writes") return writes;
  return affects === "devices" ? asksDevice : affects === "everything";
}
