import { type HostPattern, parseHostPattern } from "./host.ts";
import type { Destination } from "./model.ts";
import { type PathPattern, parsePathPattern } from "./path.ts";
import { type Place, renderFault } from "./place.ts";

/** What lies at a destination: the application, or whatever stands for it. */
export interface DestinationEntry<T> {
  readonly destination: Destination;
  readonly value: T;
}

/** An entry with its patterns read. */
export interface PatternEntry<T> {
  readonly entry: DestinationEntry<T>;
  readonly host: HostPattern;
  readonly path: PathPattern;
}

/** A destination that matches nothing, and so would leave its paths to a less specific application. */
export class DestinationError extends Error {
  override readonly name = "DestinationError";
  constructor(
    readonly code: "bad_host" | "bad_path",
    readonly place: Place,
    message: string,
  ) {
    super(renderFault({ place, message }));
  }
}

/** Reads the patterns of a destination; throws `DestinationError` where one is none. */
export function readEntry<T>(entry: DestinationEntry<T>): PatternEntry<T> {
  const { place, ...destination } = entry.destination;
  const host = parseHostPattern(destination.host);
  const path = parsePathPattern(destination.path);
  if (host === null) {
    throw new DestinationError("bad_host", place, "not a host: write a name, an address or *.example.com");
  }
  if (path === null) throw new DestinationError("bad_path", place, "not a path: write it as /eng or /eng/*");
  return { entry, host, path };
}
