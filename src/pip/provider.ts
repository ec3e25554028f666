import { Value } from "@sinclair/typebox/value";
import type { Clock } from "../clock.ts";
import type { FactName } from "../core/attribute.ts";
import { type Facts, type FactsDraft, unknown } from "../core/fact.ts";
import { put } from "../core/fact-json.ts";
import { explainMismatch } from "../core/mismatch.ts";
import type { Place } from "../core/place.ts";
import type { PlainSubject, Plugin } from "../plugin.ts";
import { createAddressGuard } from "./address-guard.ts";
import { closeObject } from "./close-schema.ts";
import { digestConfiguration } from "./configuration-digest.ts";
import { type DescribedProvider, describeProvider } from "./described-provider.ts";
import { createGuardedFetch, type Network, systemNetwork } from "./guarded-fetch.ts";
import { createGuardedLookup } from "./guarded-lookup.ts";
import { mapInSlices } from "./in-slices.ts";
import { ProviderError, type ProviderFailure } from "./provider-error.ts";
import type { ProviderSettings } from "./provider-settings.ts";
import { createQuestioner, type Outcome, type ProviderHealth } from "./questioner.ts";
import { createAnswerReader } from "./read-answer.ts";
import { createRetryAfter } from "./retry-after.ts";

export interface ProviderOptions {
  /** Where it is configured. */
  readonly place: Place;
  /** The plugin's own configuration; must meet its schema, without unknown keys. */
  readonly config: unknown;
  readonly settings: ProviderSettings;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  readonly network?: Network;
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number;
  /** From 0 to 1. */
  readonly random?: () => number;
}

/** A plugin at work, with all that keeps its failures its own. */
export interface Provider extends DescribedProvider {
  /** Of the configuration that it was started with. */
  readonly digest: string;
  /** Asks about one subject. Never rejects: what cannot be learnt is unknown, and says why. */
  ask(subject: PlainSubject, wanted: readonly FactName[]): Promise<Facts>;
  /** Asks about many subjects at once, of each for all it provides; null where the source cannot. Never rejects. */
  readonly poll: ((subjects: readonly PlainSubject[]) => Promise<Outcome<readonly Facts[]>>) | null;
  health(): ProviderHealth;
  dispose(): Promise<void>;
}

/** Starts a plugin. Throws `ProviderError` (`config_invalid`), or what the plugin's own set-up throws. */
export async function startProvider(given: Plugin, options: ProviderOptions): Promise<Provider> {
  const { place, config, settings, clock, network = systemNetwork } = options;
  checkConfig(given, config);
  const described = describeProvider(given, config, place);
  const { name, plugin } = described;
  const log = (message: string) => options.log(`provider ${name}: ${message}`);
  const { elapsedMs = () => performance.now(), random = Math.random } = options;
  const retryAfter = createRetryAfter({ clock, elapsedMs, random, log });
  const { timeoutMs, concurrency, maxResponseBytes: maxBytes, reach, expiresMs } = settings;
  const lookUp = createGuardedLookup(createAddressGuard(reach), network.resolve);
  const fetch = createGuardedFetch({ lookUp, timeoutMs, maxBytes, network, retryAfter });
  const digest = await digestConfiguration(plugin, config, expiresMs);
  const started = await plugin.start(config, { fetch, lookUp, now: clock, log });
  const questioner = createQuestioner({
    timeoutMs,
    concurrency,
    clock,
    elapsedMs,
    random,
    log,
    retryAfter,
  });
  const readAnswer = createAnswerReader(described, expiresMs, log);
  const { poll } = started;
  return {
    ...described,
    digest,
    async ask(subject, wanted) {
      const askedAt = clock();
      const outcome = await questioner.ask(async (signal) => {
        return readAnswer(await started.resolve(subject, wanted, signal), { askedAt, wanted });
      });
      return "answer" in outcome ? outcome.answer : allUnknown(wanted, outcome.failure, name);
    },
    poll:
      poll &&
      (async (subjects) => {
        const askedAt = clock();
        return questioner.ask(async (signal) => {
          const answers = pairAnswers(await poll(subjects, signal), subjects);
          return mapInSlices(answers, (answer) =>
            answer === undefined ? {} : readAnswer(answer, { askedAt, wanted: null }),
          );
        });
      }),
    health: () => questioner.health(),
    dispose: () => started.dispose(),
  };
}

function checkConfig(plugin: Plugin, config: unknown): void {
  const schema = closeObject(plugin.config);
  if (Value.Check(schema, config)) return;
  const message = `config of ${plugin.name}: ${explainMismatch(schema, config)}`;
  throw new ProviderError("config_invalid", message);
}

function allUnknown(names: readonly FactName[], why: ProviderFailure, source: string): Facts {
  const facts: FactsDraft = {};
  for (const name of names) put(facts, name, unknown(why, source));
  return facts;
}

/** The answer to each subject; undefined for one that was passed over or answered twice. */
function pairAnswers(answers: unknown, subjects: readonly PlainSubject[]): readonly unknown[] {
  if (!Array.isArray(answers)) throw new ProviderError("malformed", "polled with something else than a list");
  const bySubject = new Map<unknown, unknown>();
  const twice = new Set<unknown>();
  for (const pair of answers) {
    const [subject, answer]: readonly unknown[] = Array.isArray(pair) ? pair : [];
    if (bySubject.has(subject)) twice.add(subject);
    bySubject.set(subject, answer);
  }
  return subjects.map((subject) => (twice.has(subject) ? undefined : bySubject.get(subject)));
}
