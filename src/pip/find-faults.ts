import type { Fault } from "../core/place.ts";
import type { DescribedProvider } from "./described-provider.ts";
import { findPluginFault } from "./find-plugin-fault.ts";
import type { Merge } from "./merge-facts.ts";
import { type Root, rootOf } from "./subject.ts";

interface Registered {
  readonly providers: readonly DescribedProvider[];
  readonly merges: ReadonlyMap<string, Merge>;
  readonly providersOf: (attribute: string) => readonly DescribedProvider[];
  /** Null where providers need each other in a circle. */
  readonly ordered: readonly DescribedProvider[] | null;
  readonly roots: ReadonlyMap<DescribedProvider, readonly Root[]>;
}

/** Everything that keeps these providers from working together, each at the provider's place. */
export function findFaults(registered: Registered): readonly Fault[] {
  return registered.providers.flatMap((provider, index) => {
    const messages = [
      findPluginFault(provider.plugin),
      findTwin(provider, registered.providers.slice(0, index)),
      findRival(provider, registered),
      findGap(provider, registered),
      findCircle(provider, registered),
      findStranger(provider, registered),
    ];
    return messages.flatMap((message) =>
      message === null ? [] : [{ place: provider.place, message: `provider ${provider.name}: ${message}` }],
    );
  });
}

function findTwin({ name }: DescribedProvider, before: readonly DescribedProvider[]): string | null {
  return before.some((other) => other.name === name) ? "is configured twice; remove one" : null;
}

function findRival(provider: DescribedProvider, { merges, providersOf }: Registered): string | null {
  for (const attribute of [...provider.plugin.provides, ...Object.keys(provider.plugin.attributes)]) {
    if (merges.has(attribute)) continue;
    const others = providersOf(attribute);
    const rival = others
      .slice(0, others.indexOf(provider))
      .find((other) => canMeet(attribute, provider, other));
    if (rival === undefined) continue;
    return `provides ${attribute}, as ${rival.name} does; remove one, or say under merges what is made of both: "any", "all" or "first"`;
  }
  return null;
}

/** Those of different identity providers never count for one login, those of different connections for one record. */
function canMeet(attribute: string, provider: DescribedProvider, other: DescribedProvider): boolean {
  const isApart = (one: string | null, two: string | null) => one !== null && two !== null && one !== two;
  if (isApart(provider.idp, other.idp)) return false;
  return attribute !== "device.provider" || !isApart(provider.connection, other.connection);
}

/** What a request may say for itself needs no provider. */
function findGap({ plugin }: DescribedProvider, { providersOf }: Registered): string | null {
  const gap = plugin.needs.find((need) => need.startsWith("own.") && providersOf(need).length === 0);
  return gap === undefined ? null : `needs ${gap}, which no plugin provides; configure one that does`;
}

function findCircle(provider: DescribedProvider, { ordered, providersOf }: Registered): string | null {
  if (ordered !== null) return null;
  const seen = new Set<DescribedProvider>();
  const reach = (other: DescribedProvider): boolean =>
    other.plugin.needs.flatMap(providersOf).some((next) => {
      if (next === provider) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reach(next);
    });
  return reach(provider) ? "needs, through others, what it provides itself; break the circle" : null;
}

/** A person's attribute that is learnt without the person would be everybody's. */
function findStranger(provider: DescribedProvider, { ordered, roots }: Registered): string | null {
  if (ordered === null) return null;
  for (const attribute of provider.plugin.provides) {
    const root = rootOf(attribute);
    if (root === null || roots.get(provider)?.includes(root) === true) continue;
    return `provides ${attribute} without asking which ${root} it is of; its plugin must need one`;
  }
  return null;
}
