import { findConflicts } from "../../core/application-overlaps.ts";
import type { Application, ServiceToken } from "../../core/model.ts";
import type { Fault, Place } from "../../core/place.ts";
import { showPlace } from "./cursor.ts";
import { show } from "./directory.ts";

/** Destinations of two applications that could both decide one request, neither being more specific. */
export function findRivalDestinations(applications: readonly Application[]): readonly Fault[] {
  const entries = applications.flatMap((application) =>
    application.destinations.map((destination) => ({ destination, value: application })),
  );
  return findConflicts(entries).map(({ first, second }) => {
    const rival = `${show(first.destination.host + first.destination.path)} of the application`;
    const where = `${show(first.value.name)} at ${showPlace(first.destination.place)}`;
    return {
      place: second.destination.place,
      message: `a request could belong to ${rival} ${where} as much as here; make one more specific`,
    };
  });
}

/** Applications that share an audience: a token for one would be taken by the other. */
export function findSharedAudiences(applications: readonly Application[]): readonly Fault[] {
  return findShared(applications, ({ audience }) => audience, "application", "aud");
}

/** Service tokens that share a client id: nobody could tell which of them a request carries. */
export function findSharedClientIds(tokens: readonly ServiceToken[]): readonly Fault[] {
  return findShared(tokens, ({ clientId }) => clientId, "service token", "client_id");
}

function findShared<T extends { readonly name: string; readonly place: Place }>(
  objects: readonly T[],
  keyOf: (object: T) => string | null,
  kind: string,
  key: string,
): readonly Fault[] {
  const bearers = new Map<string, T>();
  const faults: Fault[] = [];
  for (const object of objects) {
    const value = keyOf(object);
    if (value === null) continue;
    const first = bearers.get(value);
    if (first === undefined) {
      bearers.set(value, object);
      continue;
    }
    const other = `the ${kind} ${show(first.name)} at ${showPlace(first.place)}`;
    faults.push({ place: object.place, message: `${other} has the same ${key}; each needs its own` });
  }
  return faults;
}
