import type { Clock } from "../clock.ts";
import type { FactName, FactValue } from "../core/attribute.ts";
import { isFactName } from "../core/attribute-codec.ts";
import type { Fact, Facts } from "../core/fact.ts";
import type { PlainSubject } from "../plugin.ts";
import { introduce, landFacts } from "./learn.ts";
import type { Provider } from "./provider.ts";
import type { Registry } from "./registry.ts";
import type { StoreEntry } from "./stored-fact.ts";
import type { Subject } from "./subject.ts";

/** Someone to poll for, and what is known of them. */
export interface PollSubject {
  readonly subject: Subject;
  readonly facts: Facts;
}

/**
 * Asks a provider about one batch of subjects, and brings what is to be stored. Subjects that cannot be
 * introduced, and those the provider passes over, are left out: what was stored of them runs out by itself.
 * A source that cannot answer for many is asked for those facts of `wanted` that it provides, one by one.
 */
export async function pollProvider(
  registry: Registry,
  provider: Provider,
  batch: readonly PollSubject[],
  wanted: readonly FactName[],
  clock: Clock,
): Promise<readonly StoreEntry[]> {
  const roots = registry.rootsOf(provider);
  const now = clock();
  const polled = batch.flatMap(({ subject, facts }) => {
    const read = <N extends FactName>(name: N): Fact<FactValue<N>> | undefined => facts[name];
    const introduction = introduce(provider.plugin.needs, roots, subject, read, now);
    return "subject" in introduction ? [{ subject, plain: introduction.subject }] : [];
  });
  if (polled.length === 0) return [];
  const subjects = polled.map(({ plain }) => plain);
  const own = wanted.filter((name) => registry.providersOf(name).includes(provider));
  const answers = await (provider.poll?.(subjects) ?? askEach(provider, subjects, own));
  return polled.flatMap(({ subject }, index) => {
    const said = answers[index] ?? {};
    const names = Object.keys(said).filter(isFactName);
    return landFacts(said, names, subject, { name: provider.name, roots }, clock).entries;
  });
}

async function askEach(
  provider: Provider,
  subjects: readonly PlainSubject[],
  wanted: readonly FactName[],
): Promise<readonly Facts[]> {
  const answers: Facts[] = [];
  if (wanted.length === 0) return answers;
  for (const subject of subjects) answers.push(await provider.ask(subject, wanted));
  return answers;
}
