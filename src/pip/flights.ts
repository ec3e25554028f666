import type { FactName } from "../core/attribute.ts";
import type { Facts } from "../core/fact.ts";
import type { StoreEntry } from "./stored-fact.ts";

/** What a question brought, and what of it is to be stored. */
export interface Landed {
  readonly facts: Facts;
  readonly entries: readonly StoreEntry[];
}

/** A question that is under way. */
export interface Flight {
  readonly landed: Promise<Landed>;
  /** What is to be stored, for the first who asks; nothing for all others. */
  takeEntries(): readonly StoreEntry[];
}

/** Questions under way, so that many requests ask once. */
export interface Flights {
  /** The question to which `topic` belongs that already asks for all of `wanted`, or a new one. */
  join(topic: string, wanted: readonly FactName[], ask: () => Promise<Landed>): Flight;
}

interface Airborne extends Flight {
  readonly wanted: ReadonlySet<FactName>;
}

/** `storeLate` is given what nobody waited for. */
export function createFlights(storeLate: (entries: readonly StoreEntry[]) => void): Flights {
  const airborne = new Map<string, Set<Airborne>>();

  function start(topic: string, wanted: readonly FactName[], ask: () => Promise<Landed>): Airborne {
    let entries: readonly StoreEntry[] = [];
    const takeEntries = () => {
      const taken = entries;
      entries = [];
      return taken;
    };
    const others = airborne.get(topic) ?? new Set();
    const landed = ask().then((result) => {
      others.delete(flight);
      if (others.size === 0) airborne.delete(topic);
      entries = result.entries;
      // After all who still wait have had their turn.
      setImmediate(() => {
        const left = takeEntries();
        if (left.length > 0) storeLate(left);
      });
      return result;
    });
    const flight: Airborne = { landed, takeEntries, wanted: new Set(wanted) };
    airborne.set(topic, others.add(flight));
    return flight;
  }

  return {
    join(topic, wanted, ask) {
      for (const flight of airborne.get(topic) ?? []) {
        if (wanted.every((name) => flight.wanted.has(name))) return flight;
      }
      return start(topic, wanted, ask);
    },
  };
}
