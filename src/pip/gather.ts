import type { Clock } from "../clock.ts";
import type { FactName, FactValue } from "../core/attribute.ts";
import { current, type Fact, type Facts, type FactsDraft, unknown } from "../core/fact.ts";
import { put } from "../core/fact-json.ts";
import type { UnknownReason } from "../core/reason.ts";
import type { Key } from "../store/store.ts";
import { attributeOf } from "./attribute-name.ts";
import { lineageOf } from "./configuration-digest.ts";
import { createFlights } from "./flights.ts";
import { introduce, landFacts } from "./learn.ts";
import { mergeFacts } from "./merge-facts.ts";
import type { Provider } from "./provider.ts";
import type { PlannedQuestion, Registry } from "./registry.ts";
import { decodeEntry, factKey, type StoreEntry } from "./stored-fact.ts";
import { createStrangerFacts, isStranger } from "./stranger-facts.ts";
import type { Subject } from "./subject.ts";

export interface GathererOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Takes what came too late for every request that asked for it. Must not throw. */
  readonly storeLate: (entries: readonly StoreEntry[]) => void;
}

export interface GatherResult {
  /** What the request said, and what was learnt of `wanted`. */
  readonly facts: Facts;
  /** What the caller is to store. */
  readonly toStore: readonly StoreEntry[];
  /** Whether a provider had to be asked: then it did not all follow from what the request said and what was stored. */
  readonly asked: boolean;
}

export interface Gatherer {
  /**
   * Where facts of `subject` may be stored, for the caller to read in its own one round trip: those about the
   * address of somebody who is not known are in no store.
   */
  storeKeys(subject: Subject, wanted: readonly FactName[]): readonly Key[];
  /**
   * Brings the facts named in `wanted`: those of the request (`known`), else those in `stored` (the values
   * of `storeKeys`, in their order) that still count, else what providers answer within `deadlineMs`. All
   * are asked at once, those with needs after those they need. What is late is unknown, and still stored.
   */
  gather(
    subject: Subject,
    wanted: readonly FactName[],
    stored: readonly (string | null)[],
    known: Facts,
    deadlineMs: number,
  ): Promise<GatherResult>;
}

/** What providers have said, now or before. */
type Learnt = ReadonlyMap<Provider, FactsDraft>;

interface Ask {
  readonly question: PlannedQuestion;
  readonly missing: readonly FactName[];
}

export function createGatherer({ registry, clock, storeLate }: GathererOptions): Gatherer {
  const flights = createFlights(storeLate);
  const strangerFacts = createStrangerFacts(clock);

  function* keysOf(subject: Subject, wanted: readonly FactName[]) {
    const ofStranger = isStranger(subject);
    for (const { provider, roots, names } of registry.plan(wanted)) {
      for (const name of names) {
        const key = factKey(subject, roots, provider.name, lineageOf(registry, provider), name);
        if (key !== null) yield { key, name, provider, isStored: !ofStranger || roots.length === 0 };
      }
    }
  }

  function readStored(
    subject: Subject,
    wanted: readonly FactName[],
    stored: readonly (string | null)[],
    now: number,
  ): Learnt {
    const learnt = new Map<Provider, FactsDraft>(registry.providers.map((provider) => [provider, {}]));
    let index = 0;
    for (const { key, name, provider, isStored } of keysOf(subject, wanted)) {
      const text = isStored ? stored[index++] : strangerFacts.find(key);
      const fact = decodeEntry(key, name, text, now);
      const facts = learnt.get(provider);
      if (fact !== undefined && facts !== undefined) put(facts, name, fact);
    }
    return learnt;
  }

  /** Who is to be asked for what: needs count as wanted only where what needs them must be asked. */
  function findAsks(
    wanted: readonly FactName[],
    known: Facts,
    learnt: Learnt,
    counts: Counts,
  ): readonly Ask[] {
    const required = new Set<FactName>(wanted);
    const asks: Ask[] = [];
    for (const question of registry.plan(wanted).toReversed()) {
      const { provider, names } = question;
      if (!counts(provider)) continue;
      const missing = names.filter(
        (name) => required.has(name) && isOpen(known[name]) && learnt.get(provider)?.[name] === undefined,
      );
      if (missing.length === 0) continue;
      for (const need of provider.plugin.needs) required.add(need);
      asks.unshift({ question, missing });
    }
    return asks;
  }

  async function gather(
    subject: Subject,
    wanted: readonly FactName[],
    stored: readonly (string | null)[],
    known: Facts,
    deadlineMs: number,
  ): Promise<GatherResult> {
    const now = clock();
    const learnt = readStored(subject, wanted, stored, now);
    const counts = whoCounts(known, now);
    const toStore: StoreEntry[] = [];

    function read<N extends FactName>(name: N): Fact<FactValue<N>> | undefined {
      const given: Fact<FactValue<N>> | undefined = known[name];
      if (!isOpen(given)) return given;
      const providers = registry.providersOf(name).filter(counts);
      if (providers.length === 0) return given;
      const said = providers.map((provider) => {
        const fact: Fact<FactValue<N>> | undefined = learnt.get(provider)?.[name];
        return current<FactValue<N>>(fact, now);
      });
      return mergeFacts(name, registry.mergeOf(attributeOf(name)), said);
    }

    async function ask(
      { question, missing }: Ask,
      needed: Promise<unknown>,
      late: Promise<null>,
    ): Promise<void> {
      const { provider, roots } = question;
      const facts = learnt.get(provider) ?? {};
      await needed;
      const introduction = introduce(provider.plugin.needs, roots, subject, read, now);
      if ("why" in introduction) return putUnknown(facts, missing, introduction.why, provider.name);
      const ids = roots.map((root) => subject[root]);
      const topic = JSON.stringify([provider.name, ids, introduction.subject]);
      const flight = flights.join(topic, missing, async () => {
        const said = await provider.ask(introduction.subject, missing);
        const lineage = lineageOf(registry, provider);
        const landed = landFacts(said, missing, subject, { name: provider.name, roots, lineage }, clock);
        if (!isStranger(subject) || roots.length === 0) return landed;
        strangerFacts.keep(landed.entries);
        return { ...landed, entries: [] };
      });
      const landed = await Promise.race([flight.landed, late]);
      if (landed === null) return putUnknown(facts, missing, "timeout", provider.name);
      for (const name of missing) put(facts, name, landed.facts[name] ?? unknown("missing", provider.name));
      toStore.push(...flight.takeEntries());
    }

    const asks = findAsks(wanted, known, learnt, counts);
    if (asks.length > 0) {
      const { promise: late, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(() => resolve(null), deadlineMs);
      const pending = new Map<Provider, Promise<void>>();
      for (const each of asks) {
        const { provider } = each.question;
        const needed = provider.plugin.needs.flatMap((need) => registry.providersOf(need));
        const ready = Promise.all(needed.map((other) => pending.get(other)));
        pending.set(provider, ask(each, ready, late));
      }
      await Promise.all(pending.values()).finally(() => clearTimeout(timer));
    }

    const facts: FactsDraft = { ...known };
    for (const name of wanted) {
      const fact = read(name);
      if (fact !== undefined) put(facts, name, fact);
    }
    return { facts, toStore, asked: asks.length > 0 };
  }

  return {
    storeKeys: (subject, wanted) =>
      [...keysOf(subject, wanted)].flatMap(({ key, isStored }) => (isStored ? [key] : [])),
    gather,
  };
}

type Counts = (provider: Provider) => boolean;

/** A provider that speaks of one identity provider counts only for logins that used it. */
function whoCounts(known: Facts, now: number): Counts {
  const login = current(known["identity.login_method"], now);
  const used = login.state === "known" ? login.value : null;
  return ({ idp }) => idp === null || idp === used;
}

/** Whether the request says nothing of it; an unknown that says why is an answer, and stands. */
function isOpen(fact: Fact<unknown> | undefined): boolean {
  return fact === undefined || (fact.state === "unknown" && OPEN.has(fact.why));
}

const OPEN: ReadonlySet<UnknownReason> = new Set(["missing", "not_provided"]);

function putUnknown(facts: FactsDraft, names: readonly FactName[], why: UnknownReason, source: string): void {
  for (const name of names) put(facts, name, unknown(why, source));
}
