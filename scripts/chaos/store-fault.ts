import type { Crowd } from "./crowd.ts";
import type { Affected } from "./fault-windows.ts";

/** A store that can be made to fail. */
export interface FailingStore extends AsyncDisposable {
  readonly url: string;
  /** One of each fault, in the order in which they are tried. */
  readonly faults: readonly Fault[];
}

/** Something that goes wrong for a while. */
export interface Fault {
  readonly affects: Affected;
  /** What the store forgets by it. */
  readonly loses: "nothing" | "everything" | "a part";
  begin(crowd: Crowd): Promise<void>;
  /** Resolves once what is around Postern is well again. */
  end(): Promise<void>;
  /** What is still to be done once Postern was seen to be well. */
  readonly after?: () => Promise<void>;
}
