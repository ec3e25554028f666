import type { Destination } from "../../core/model.ts";
import type { Fault, Place } from "../../core/place.ts";
import { Cursor } from "../policies/cursor.ts";
import { decodeDestinations } from "../policies/decode-destination.ts";
import type { ExportedObject } from "./exported-object.ts";
import type { Plain } from "./plain.ts";
import { listPublicUris } from "./tidy.ts";
import { toSource } from "./to-source.ts";

/** The addresses of applications that are not imported. */
export interface ClosedDoors {
  /** An application without policies that lives at all of them; null where there are none. */
  readonly application: Plain | null;
  /** Hosts of which some address could not be read: nobody knows what on them is whose. */
  readonly unclearHosts: ReadonlySet<string>;
}

/**
 * Keeps the addresses of refused applications. Without it, a less specific application would decide
 * requests there, and might let in whom the refused one blocks.
 */
export function closeDoors(refused: readonly ExportedObject[]): ClosedDoors {
  const uris = new Set<string>();
  const unclearHosts = new Set<string>();
  for (const uri of refused.flatMap(({ value }) => listPublicUris(value))) {
    const [destination] = readDestinations({ domain: uri });
    const [host] = destination ? [] : readDestinations({ domain: hostOf(uri) });
    if (host) unclearHosts.add(host.host);
    const closed = destination ?? host;
    if (closed) uris.add(showDestination(closed));
  }
  if (uris.size === 0) return { application: null, unclearHosts };
  const destinations = [...uris].toSorted().map((uri) => ({ uri }));
  return { application: { name: "Not imported", destinations }, unclearHosts };
}

/** The destinations of an application that can be read; none where one cannot. */
export function readDestinations(application: Plain): readonly Destination[] {
  const faults: Fault[] = [];
  return decodeDestinations(new Cursor(toSource(application, NOWHERE), [], faults)) ?? [];
}

const NOWHERE: Place = { file: "", line: 1, column: 1 };

function showDestination({ host, path }: Destination): string {
  return path === "/" ? host : host + path;
}

/** What a host is taken for where the rest is unclear: `https://wiki.example.com:8443/a` → `wiki.example.com`. */
function hostOf(uri: string): string {
  return uri.replace(/^[a-z]+:\/\//i, "").replace(/[:/?#].*$/s, "");
}
