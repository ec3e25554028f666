import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../clock.ts";
import { type Facts, known, type Provenance } from "../core/fact.ts";
import type { Key, Store } from "../store/store.ts";
import { parseJson } from "./parse-json.ts";
import type { PollSubject } from "./poll.ts";

/** A device that somebody asks for, and what they say of it; null for nothing. */
export interface AskedDevice {
  readonly id: string;
  readonly serialNumber: string | null;
  readonly hostname: string | null;
}

/** The devices that somebody asks for, whether anyone is logged in on them or not. All of it throws `StoreError`. */
export interface AskedDevices {
  /**
   * Remembers devices, so that they are polled. Answers the ids of those that cannot be told apart: two that
   * have one serial number, in this question or an earlier one, and those that have two.
   */
  remember(devices: readonly AskedDevice[]): Promise<ReadonlySet<string>>;
  walk(): AsyncIterable<PollSubject>;
}

/** Source of what a caller says of its devices. */
const WARP = "warp";
const PLACE = "asked-device";
/** Whoever asks for a device asks again within a day. */
const KEPT_MS = 86_400_000;

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Holders = Type.Array(
  Type.Object({ id: Type.String(), serial: TextOrNull, hostname: TextOrNull, asked_at: Type.Number() }),
);
const HOLDERS = TypeCompiler.Compile(Holders);
type Holder = Static<typeof Holders>[number];

export function createAskedDevices(
  store: Pick<Store, "getMany" | "claim" | "set" | "scan">,
  clock: Clock,
): AskedDevices {
  const isFresh = ({ asked_at }: Holder, forMs: number) => asked_at > clock() - forMs;

  /** Who holds one serial number, now that these devices are said to; written where that is news. */
  async function addHolders(
    key: Key,
    stored: string | null,
    devices: readonly AskedDevice[],
  ): Promise<readonly Holder[]> {
    const before = decodeHolders(stored).filter((holder) => isFresh(holder, KEPT_MS));
    const now = Math.floor(clock());
    const asked = new Map(
      devices.map(({ id, serialNumber, hostname }) => [
        id,
        { id, serial: serialNumber, hostname, asked_at: now },
      ]),
    );
    const others = before.filter(({ id }) => !asked.has(id));
    const holders = [...others, ...asked.values()];
    const isNews = [...asked.keys()].some(
      (id) => !before.some((holder) => holder.id === id && isFresh(holder, KEPT_MS / 2)),
    );
    if (!isNews) return holders;
    const text = JSON.stringify(holders);
    if (stored !== null) {
      await store.set(key, text, now + KEPT_MS);
      return holders;
    }
    // Two replicas may be told of two devices with one serial number at the same moment.
    const { claimed, value } = await store.claim(key, text, now + KEPT_MS);
    return claimed ? holders : addHolders(key, value, devices);
  }

  return {
    async remember(devices) {
      const places = [...Map.groupBy(devices, placeOf)];
      const keys = places.map(([place]): Key => [PLACE, place]);
      const stored = keys.length === 0 ? [] : await store.getMany(keys);
      const twins = new Set<string>();
      for (const [id, entries] of Map.groupBy(devices, ({ id }) => id)) {
        if (new Set(entries.map(placeOf)).size > 1) twins.add(id);
      }
      await Promise.all(
        places.map(async ([place, some], index) => {
          const holders = await addHolders([PLACE, place], stored[index] ?? null, some);
          if (holders.length > 1) for (const { id } of some) twins.add(id);
        }),
      );
      return twins;
    },
    async *walk() {
      for await (const { value } of store.scan([PLACE])) {
        for (const { id, serial, hostname, asked_at } of decodeHolders(value)) {
          const facts = factsOfDevice({ id, serialNumber: serial, hostname }, asked_at);
          yield { subject: { person: null, device: id, address: null }, facts };
        }
      }
    },
  };
}

/** What a caller says of a device. */
export function factsOfDevice({ id, serialNumber, hostname }: AskedDevice, learntAt: number): Facts {
  const from: Provenance = { source: WARP, learntAt, expiresAt: Number.POSITIVE_INFINITY };
  return {
    "device.id": known(id, from),
    ...(serialNumber === null ? {} : { "device.serial_number": known(serialNumber, from) }),
    ...(hostname === null ? {} : { "device.hostname": known(hostname, from) }),
  };
}

/** Serial numbers are compared without regard to case; a device without one shares its place with none. */
function placeOf({ id, serialNumber }: AskedDevice): string {
  return serialNumber === null ? `id:${id}` : `serial:${serialNumber.toLowerCase()}`;
}

/** Nobody, for a text that makes no sense: it is written anew. */
function decodeHolders(text: string | null): readonly Holder[] {
  if (text === null) return [];
  const holders = parseJson(text);
  return HOLDERS.Check(holders) ? holders : [];
}
