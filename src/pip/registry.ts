import { type FactName, keyedFact } from "../core/attribute.ts";
import type { Fault } from "../core/place.ts";
import { attributeOf } from "./attribute-name.ts";
import type { DescribedProvider } from "./described-provider.ts";
import { findFaults } from "./find-faults.ts";
import type { Merge } from "./merge-facts.ts";
import type { Provider } from "./provider.ts";
import { ROOTS, type Root, rootOf } from "./subject.ts";

/** The facts that one provider may have to be asked for. */
export interface PlannedQuestion<P extends DescribedProvider = Provider> {
  readonly provider: P;
  /** What it starts from: its answers are kept under these, and are for no other subject. */
  readonly roots: readonly Root[];
  readonly names: readonly FactName[];
}

/** Who provides what; of started providers, or of described ones for who only wants to know. */
export interface Registry<P extends DescribedProvider = Provider> {
  readonly providers: readonly P[];
  /** Providers of an attribute or of one fact, in order of configuration. */
  providersOf(name: string): readonly P[];
  mergeOf(attribute: string): Merge;
  /** Parts of the subject that a provider starts from, by itself or through what it needs. */
  rootsOf(provider: P): readonly Root[];
  /** What can have to be asked to learn `wanted`, needs before what needs them. Made once per array. */
  plan(wanted: readonly FactName[]): readonly PlannedQuestion<P>[];
}

export interface RegistryResult<P extends DescribedProvider> {
  /** Null where there is any fault. */
  readonly registry: Registry<P> | null;
  readonly faults: readonly Fault[];
}

/** `merges`: how an attribute that several providers have is made one fact. */
export function createRegistry<P extends DescribedProvider>(
  providers: readonly P[],
  merges: ReadonlyMap<string, Merge> = new Map(),
): RegistryResult<P> {
  const byAttribute = indexByAttribute(providers);
  const providersOf = (name: string): readonly P[] => {
    const known = byAttribute.get(name);
    if (known !== undefined) return known;
    return (byAttribute.get(attributeOf(name)) ?? []).filter((provider) => mayTell(provider, name));
  };
  const needsOf = (provider: P) => provider.plugin.needs.flatMap((need) => providersOf(need));
  const ordered = orderByNeeds(providers, needsOf);
  const roots = rootsByProvider(ordered ?? [], needsOf);
  const faults = findFaults({ providers, merges, providersOf, ordered, roots });
  if (ordered === null || faults.length > 0) return { registry: null, faults };

  const plans = new WeakMap<readonly FactName[], readonly PlannedQuestion<P>[]>();
  const rootsOf = (provider: P) => roots.get(provider) ?? [];

  function makePlan(wanted: readonly FactName[]): readonly PlannedQuestion<P>[] {
    const names = new Set(wanted);
    const questions: PlannedQuestion<P>[] = [];
    for (const provider of ordered?.toReversed() ?? []) {
      const provided = [...names].filter((name) => providersOf(name).includes(provider));
      if (provided.length === 0) continue;
      for (const need of provider.plugin.needs) names.add(need);
      questions.unshift({ provider, roots: rootsOf(provider), names: provided });
    }
    return questions;
  }

  const registry: Registry<P> = {
    providers,
    providersOf,
    mergeOf: (attribute) => merges.get(attribute) ?? "all",
    rootsOf,
    plan(wanted) {
      const known = plans.get(wanted);
      if (known !== undefined) return known;
      const plan = makePlan(wanted);
      plans.set(wanted, plan);
      return plan;
    },
  };
  return { registry, faults };
}

/** A provider that is bound to one connection speaks of no other. */
function mayTell({ connection }: DescribedProvider, name: string): boolean {
  if (connection === null || !name.startsWith(keyedFact("device.provider", ""))) return true;
  return name === keyedFact("device.provider", connection);
}

function indexByAttribute<P extends DescribedProvider>(
  providers: readonly P[],
): ReadonlyMap<string, readonly P[]> {
  const index = new Map<string, P[]>();
  for (const provider of providers) {
    for (const attribute of [...provider.plugin.provides, ...Object.keys(provider.plugin.attributes)]) {
      const others = index.get(attribute);
      if (others === undefined) index.set(attribute, [provider]);
      else others.push(provider);
    }
  }
  return index;
}

/** Providers after those that they need; null where there is a circle. */
function orderByNeeds<P extends DescribedProvider>(
  providers: readonly P[],
  needsOf: (provider: P) => readonly P[],
): readonly P[] | null {
  const ordered = new Set<P>();
  const underWay = new Set<P>();
  const visit = (provider: P): boolean => {
    if (ordered.has(provider)) return true;
    if (underWay.has(provider)) return false;
    underWay.add(provider);
    const sound = needsOf(provider).every(visit);
    ordered.add(provider);
    return sound;
  };
  return providers.every(visit) ? [...ordered] : null;
}

function rootsByProvider<P extends DescribedProvider>(
  ordered: readonly P[],
  needsOf: (provider: P) => readonly P[],
): ReadonlyMap<P, readonly Root[]> {
  const roots = new Map<P, readonly Root[]>();
  for (const provider of ordered) {
    const own = provider.plugin.needs.map(rootOf);
    const inherited = needsOf(provider).flatMap((other) => roots.get(other) ?? []);
    roots.set(
      provider,
      ROOTS.filter((root) => own.includes(root) || inherited.includes(root)),
    );
  }
  return roots;
}
