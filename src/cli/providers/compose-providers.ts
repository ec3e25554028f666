import type { Clock } from "../../clock.ts";
import type { Config } from "../../config/config.ts";
import type { FactName } from "../../core/attribute.ts";
import type { CompiledPolicySet } from "../../core/compile.ts";
import type { CompiledScore } from "../../core/posture/score.ts";
import type { Log } from "../../observe/log.ts";
import { type AskedDevices, createAskedDevices } from "../../pip/asked-devices.ts";
import { createDeviceLearner } from "../../pip/learn-devices.ts";
import type { PollSubject } from "../../pip/poll.ts";
import { createFleetScheduler } from "../../pip/polling/fleet-scheduler.ts";
import type { Scheduler } from "../../pip/polling/scheduler.ts";
import { createTimerScheduler } from "../../pip/polling/timer-scheduler.ts";
import { createRecheck, type Recheck } from "../../pip/recheck.ts";
import type { Registry } from "../../pip/registry.ts";
import { subjectOf } from "../../pip/subject.ts";
import { createPostureGuard } from "../../server/public/posture-caller.ts";
import type { PostureEndpoint } from "../../server/public/posture-route.ts";
import { createDeviceScorer } from "../../server/public/score-devices.ts";
import { walkLiveSessions } from "../../session/list-sessions.ts";
import type { Session } from "../../session/session.ts";
import { createQueueClient } from "../../store/redis-client.ts";
import type { Store } from "../../store/store.ts";
import { parseStoreUrl } from "../../store/store-url.ts";
import type { AccessVerifier } from "../../token/access-verifier.ts";
import type { LivePolicies } from "../live-policies.ts";
import type { ConfiguredProvider } from "./configure-providers.ts";
import { openPip, type Pip } from "./open-pip.ts";
import { watchedFacts } from "./polled.ts";
import { compileConfiguredScore } from "./posture-scores.ts";

export interface ProvidersParts {
  readonly config: Config;
  /** Its providers, not started. */
  readonly configured: Registry<ConfiguredProvider>;
  readonly clock: Clock;
  readonly log: Log;
  readonly policies: LivePolicies;
  readonly store: Store;
  /** Whether this process polls, where those of one machine cannot share the work. */
  readonly polls: boolean;
}

/** Everything that is learnt beside what callers say themselves. */
export interface Providers {
  readonly pip: Pip;
  readonly recheck: Recheck;
  /** The scores that can be asked for; `verifier` is null where no team is configured. */
  postureEndpoints(
    verifier: Pick<AccessVerifier, "verifyApplication"> | null,
  ): ReadonlyMap<string, PostureEndpoint>;
}

/** After this the polls of a replica that has gone silent are taken over. */
const TAKEOVER_MS = 10_000;
/** Patience with providers where nobody waits at a door. */
const RECHECK_DEADLINE_MS = 5_000;
const SCORE_DEADLINE_MS = 3_000;

/** Starts the providers; nothing is polled yet. Throws what keeps one from starting; what was opened is in `opened`. */
export async function composeProviders(
  parts: ProvidersParts,
  opened: AsyncDisposableStack,
): Promise<Providers> {
  const { config, configured, clock, policies, store, log } = parts;
  const compiled = derive(policies, (set) => ({
    scores: new Map(
      config.postureScores.map((score) => [score.name, compileConfiguredScore(score, set.set)]),
    ),
    watched: watchedFacts(set),
  }));
  const wanted = derive(policies, () => {
    const { scores, watched } = compiled();
    return [...new Set<FactName>([...watched, ...[...scores.values()].flatMap(({ facts }) => facts)])];
  });
  const asked = createAskedDevices(store, clock);
  const pip = await openPip({
    config,
    configured,
    store,
    clock,
    log: (message) => log.info(message),
    subjects: () => walkSubjects(store, clock, asked),
    wanted,
    openScheduler: () => openScheduler(parts),
    opened,
  });
  const { registry, gatherer, batchOf } = pip;
  const learn = createDeviceLearner({ registry, store, clock, batchOf, deadlineMs: SCORE_DEADLINE_MS });
  const onFailure = (error: unknown) => log.warn("devices could not be scored as they should", { error });
  return {
    pip,
    recheck: createRecheck({ gatherer, store, clock, wanted, deadlineMs: RECHECK_DEADLINE_MS }),
    postureEndpoints(verifier) {
      const endpoints = config.postureScores.map((score) => {
        const current = (): CompiledScore =>
          compiled().scores.get(score.name) ?? compileConfiguredScore(score, policies.current().policies.set);
        const scorer = createDeviceScorer({ score: current, learn, asked, clock, onFailure });
        return [score.name, { mayAsk: createPostureGuard(score, verifier), score: scorer }] as const;
      });
      return new Map(endpoints);
    },
  };
}

/** What is made of the policies that serve, once for each set of them. */
function derive<T>(policies: LivePolicies, make: (set: CompiledPolicySet) => T): () => T {
  let made: { readonly of: CompiledPolicySet; readonly value: T } | null = null;
  return () => {
    const of = policies.current().policies;
    made = made?.of === of ? made : { of, value: make(of) };
    return made.value;
  };
}

/** Another process polls. */
const IDLE: Scheduler = { start: async () => {}, lagMs: async () => 0, close: async () => {} };

/** One process has timers of its own; those that share a Redis share the work. */
function openScheduler({ config, clock, log, store, polls }: ProvidersParts): Scheduler {
  const onFailure = (name: string, error: unknown) => log.warn(`provider ${name}: a poll failed`, { error });
  const common = { elapsedMs: () => performance.now(), random: Math.random, onFailure };
  const location = parseStoreUrl(config.store);
  if (location.driver !== "redis") {
    if (!polls) return IDLE;
    return createTimerScheduler(common);
  }
  const connection = createQueueClient(location);
  return createFleetScheduler({ ...common, connection, store, clock, takeoverMs: TAKEOVER_MS });
}

/** Who has a session that is live, and the devices that somebody asks for. */
async function* walkSubjects(store: Store, clock: Clock, asked: AskedDevices): AsyncGenerator<PollSubject> {
  for await (const some of walkLiveSessions(store, clock)) {
    for (const session of some) yield subjectOfSession(session, clock());
  }
  yield* asked.walk();
}

/** Whom a session is about, as providers are asked about them. */
export function subjectOfSession({ identity, device }: Session, now: number): PollSubject {
  const facts = { ...identity, ...device };
  return { subject: { ...subjectOf(facts, now), address: null }, facts };
}
