import type { Clock } from "../clock.ts";
import type { FactName, FactValue } from "../core/attribute.ts";
import { isFactName } from "../core/attribute-codec.ts";
import type { Fact, Facts } from "../core/fact.ts";
import type { PlainSubject } from "../plugin.ts";
import { lineageOf } from "./configuration-digest.ts";
import { mapInSlices } from "./in-slices.ts";
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

/** What one batch brought. */
export interface PollResult {
  /** What is to be stored. */
  readonly entries: readonly StoreEntry[];
  /** Those of the batch whom the source is to be asked about once it can be asked. */
  readonly left: readonly PollSubject[];
}

/**
 * Asks a provider about one batch of subjects. Nothing is stored of those that cannot be introduced, and of
 * those the provider passes over: what was stored of them runs out by itself.
 * A source that cannot answer for many is asked for those facts of `wanted` that it provides, one by one.
 */
export async function pollProvider(
  registry: Registry,
  provider: Provider,
  batch: readonly PollSubject[],
  wanted: readonly FactName[],
  clock: Clock,
): Promise<PollResult> {
  const roots = registry.rootsOf(provider);
  const lineage = lineageOf(registry, provider);
  const now = clock();
  const introduced = await mapInSlices(batch, (each) => {
    const read = <N extends FactName>(name: N): Fact<FactValue<N>> | undefined => each.facts[name];
    const introduction = introduce(provider.plugin.needs, roots, each.subject, read, now);
    return "subject" in introduction ? [{ each, plain: introduction.subject }] : [];
  });
  const polled = introduced.flat();
  if (polled.length === 0) return { entries: [], left: [] };
  const subjects = polled.map(({ plain }) => plain);
  const own = wanted.filter((name) => registry.providersOf(name).includes(provider));
  const answers = await (provider.poll === null
    ? askEach(provider, subjects, own)
    : askAll(provider, provider.poll, subjects));
  const entries = await mapInSlices(polled, ({ each: { subject } }, index) => {
    const said = answers[index] ?? {};
    const names = Object.keys(said).filter(isFactName);
    return landFacts(said, names, subject, { name: provider.name, roots, lineage }, clock).entries;
  });
  return { entries: entries.flat(), left: polled.slice(answers.length).map(({ each }) => each) };
}

/** Answers for the first of the subjects; for fewer than all where the source does not answer just now. */
type Answers = readonly Facts[];

async function askAll(
  provider: Provider,
  poll: NonNullable<Provider["poll"]>,
  subjects: readonly PlainSubject[],
): Promise<Answers> {
  const outcome = await poll(subjects);
  if ("answer" in outcome) return outcome.answer;
  // One poll may fail: only a source that goes on failing is worth waiting for.
  return outcome.failure === "overloaded" || isFailing(provider) ? [] : subjects.map(() => ({}));
}

async function askEach(
  provider: Provider,
  subjects: readonly PlainSubject[],
  wanted: readonly FactName[],
): Promise<Answers> {
  if (wanted.length === 0) return subjects.map(() => ({}));
  const answers: Facts[] = [];
  for (const subject of subjects) {
    const answer = await provider.ask(subject, wanted);
    if (isFailing(provider)) break;
    answers.push(answer);
  }
  return answers;
}

function isFailing(provider: Provider): boolean {
  return provider.health().breaker !== "closed";
}
