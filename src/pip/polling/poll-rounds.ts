import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../../clock.ts";
import type { FactName } from "../../core/attribute.ts";
import type { FactsDraft } from "../../core/fact.ts";
import { decodeFacts, encodeFacts, put } from "../../core/fact-json.ts";
import type { Key, Store } from "../../store/store.ts";
import type { Gatherer } from "../gather.ts";
import { mapInSlices, takeTurn } from "../in-slices.ts";
import { parseJson } from "../parse-json.ts";
import { type PollSubject, pollProvider } from "../poll.ts";
import type { Provider } from "../provider.ts";
import type { Registry } from "../registry.ts";
import { type FactStore, storeFacts } from "../store-facts.ts";
import type { Batch, Rounds } from "./scheduler.ts";

export interface PollRoundsOptions {
  readonly registry: Registry;
  readonly gatherer: Gatherer;
  readonly store: FactStore;
  readonly clock: Clock;
  /** Everyone who is watched now; somebody may come twice. */
  readonly subjects: () => AsyncIterable<PollSubject>;
  /** The facts that somebody asks for. */
  readonly wanted: () => readonly FactName[];
}

export interface PolledProvider {
  readonly provider: Provider;
  readonly intervalMs: number;
  /** Subjects in one batch. */
  readonly batch: number;
  readonly concurrency: number;
  /** Patience with what a provider needs from others. */
  readonly timeoutMs: number;
}

/** Introduced before others have their turn. */
const AT_ONCE = 20;

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const PACKED = TypeCompiler.Compile(
  Type.Tuple([TextOrNull, TextOrNull, Type.Record(Type.String(), Type.Unknown())]),
);

/** The rounds of one provider: whom it is polled for, and how what it says comes into the store. */
export function createPollRounds(options: PollRoundsOptions, polled: PolledProvider): Rounds {
  const { registry, gatherer, store, clock, subjects, wanted } = options;
  const { provider, intervalMs, batch: size, concurrency, timeoutMs } = polled;
  const roots = registry.rootsOf(provider);
  const { needs } = provider.plugin;
  const learnt = registry.plan(needs);
  const carried = new Set<FactName>([
    ...needs,
    ...learnt.flatMap((question) => question.provider.plugin.needs),
  ]);
  carried.add("identity.login_method");

  /** What a batch holds of a subject: who it is, and what the provider has to know of it. */
  function pack({ subject, facts }: PollSubject): string {
    const kept: FactsDraft = {};
    for (const name of carried) {
      const fact = facts[name];
      if (fact !== undefined) put(kept, name, fact);
    }
    const person = roots.includes("person") ? subject.person : null;
    const device = roots.includes("device") ? subject.device : null;
    return JSON.stringify([person, device, encodeFacts(kept)]);
  }

  async function* list(): AsyncGenerator<Batch> {
    const seen = new Set<string>();
    let batch: string[] = [];
    for await (const each of subjects()) {
      const ids = roots.map((root) => each.subject[root]);
      const key = JSON.stringify(ids);
      if (ids.includes(null) || seen.has(key)) continue;
      seen.add(key);
      batch.push(pack(each));
      if (batch.length < size) continue;
      yield batch;
      batch = [];
      await takeTurn();
    }
    if (batch.length > 0) yield batch;
  }

  /** The subjects with what other providers know of them, where this one needs it. */
  async function introduceAll(batch: readonly PollSubject[]): Promise<readonly PollSubject[]> {
    if (learnt.length === 0) return batch;
    const keys = await mapInSlices(batch, ({ subject }) => gatherer.storeKeys(subject, needs));
    const stored = (await readAll(store, keys.flat())).values();
    const introduced: PollSubject[] = [];
    for (const some of slicesOf([...batch.entries()])) {
      const gathering = some.map(async ([index, { subject, facts }]) => {
        const values = [...stored.take(keys[index]?.length ?? 0)];
        const gathered = await gatherer.gather(subject, needs, values, facts, timeoutMs);
        await storeFacts(store, gathered.toStore);
        return { subject, facts: gathered.facts };
      });
      introduced.push(...(await Promise.all(gathering)));
      await takeTurn();
    }
    return introduced;
  }

  return {
    name: provider.name,
    intervalMs,
    concurrency,
    list,
    async poll(batch) {
      const introduced = await introduceAll((await mapInSlices(batch, unpack)).flat());
      const { entries, left } = await pollProvider(registry, provider, introduced, wanted(), clock);
      await storeFacts(store, entries);
      return { left: left.map(pack), retryAfterMs: provider.health().retryAfterMs };
    },
  };
}

function* slicesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE);
}

/** Nobody, for a text that is none of `pack`. */
function unpack(text: string): readonly PollSubject[] {
  const packed = parseJson(text);
  if (!PACKED.Check(packed)) return [];
  const [person, device, facts] = packed;
  return [{ subject: { person, device, address: null }, facts: decodeFacts(facts) }];
}

async function readAll(store: Pick<Store, "getMany">, keys: readonly Key[]) {
  return keys.length === 0 ? [] : store.getMany(keys);
}
