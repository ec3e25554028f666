import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import { createDecisionLog, type LogDecision } from "../observe/decision-log.ts";
import { type KeyFigures, registerKeyMetrics } from "../observe/key-metrics.ts";
import { createLog, type Log } from "../observe/log.ts";
import {
  createMetrics,
  type EvaluationResult,
  type Figures,
  type Metrics,
  renderFigures,
} from "../observe/metrics.ts";
import { registerProcessMetrics } from "../observe/process-metrics.ts";
import type { LogDestination } from "../observe/safe-line.ts";
import type { Gatherer } from "../pip/gather.ts";
import type { Rechecked } from "../pip/recheck.ts";
import { type Check, createAdminApp } from "../server/admin/admin-app.ts";
import { createAuthenticate } from "../server/admin/authenticate.ts";
import { keyActions } from "../server/admin/key-actions.ts";
import { type RecheckSessions, recheckAction } from "../server/admin/recheck-action.ts";
import { type SessionAdministration, sessionActions } from "../server/admin/session-actions.ts";
import { type Listener, listen } from "../server/listen.ts";
import {
  type AnswerEvaluation,
  createEvaluation,
  type EvaluationReply,
} from "../server/public/evaluation.ts";
import { createPublicApp } from "../server/public/public-app.ts";
import { findSession, listSessions } from "../session/list-sessions.ts";
import { revoke } from "../session/revoke.ts";
import { openGenerations } from "../store/generation.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { type AccessKeys, createAccessKeys } from "../token/access-keys.ts";
import { createAccessVerifier } from "../token/access-verifier.ts";
import { signEvaluationAnswer } from "../token/evaluation-answer.ts";
import type { KeyRing } from "../token/key-ring.ts";
import { type LivePolicies, loadLivePolicies } from "./live-policies.ts";
import { measureStore } from "./measure-store.ts";
import { openProxies } from "./open-proxies.ts";
import { openEvaluationRing, openVerdictRing } from "./open-rings.ts";
import { composeProviders, type Providers, subjectOfSession } from "./providers/compose-providers.ts";
import type { WorkerGroup } from "./workers/worker-group.ts";

/** Postern, running. */
export interface Service {
  readonly listeners: readonly { readonly name: string; readonly url: string }[];
  /** Loads the policies anew; a faulty set changes nothing. */
  reload(): Promise<void>;
  /** Looks for keys that another process has changed. */
  refreshKeys(): Promise<void>;
  metrics(): Promise<Figures>;
  /** Stops accepting, finishes what is under way within `patienceMs`, and lets everything go. */
  stop(patienceMs: number): Promise<void>;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly clock: Clock;
  /** Stays the caller's to close; the one that is configured unless given. */
  readonly store?: Store;
  /** Where log lines go; standard output unless told. */
  readonly logDestination?: LogDestination;
  /** What this process is for, where it is one of several; for everything unless told. */
  readonly part?: "administration" | "traffic";
  /** Key of hidden values in the log, where several processes log; one of its own unless given. */
  readonly redactKey?: Uint8Array;
  /** Those that have the traffic, where this one has the administration. */
  readonly workers?: WorkerGroup;
}

/** Wires Postern together and opens its listeners. Throws where a part cannot be had; nothing is left open then. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, clock, logDestination, part, workers } = options;
  const destination = logDestination === undefined ? {} : { destination: logDestination };
  const log = createLog({ clock, level: "info", ...destination });
  const metrics = createMetrics();
  const redact = options.redactKey === undefined ? {} : { redactKey: options.redactKey };
  const logDecision = createDecisionLog({ ...config.log, ...redact, ...destination });
  const onFailure = (error: unknown) => log.error("an answer failed", { error });
  const opened = new AsyncDisposableStack();
  try {
    const policies = await loadLivePolicies({ path: config.policies, clock, log, metrics });
    opened.defer(() => policies.close());
    const store = measureStore(
      options.store ?? (await openConfiguredStore(config, clock, log, opened)),
      metrics.recordStoreCall,
    );
    await openGenerations(store, clock);
    const providers = await composeProviders(
      { config, clock, log, metrics, policies, store, polls: part !== "traffic" },
      opened,
    );
    const { gatherer } = providers.pip;
    const parts = { clock, metrics, policies, store, gatherer, logDecision, onFailure };
    const evaluation = await openEvaluation(config, parts, opened);
    const verdictRing = config.proxies.length === 0 ? null : await openVerdictRing(config, parts, opened);
    const listeners: Opened[] = [];
    opened.defer(async () => {
      await Promise.all(listeners.map(({ listener }) => listener.stop(0)));
    });
    const posture = providers.postureEndpoints(evaluation?.verifier ?? null);
    const verdictKeys = verdictRing === null ? null : () => verdictRing.jwks();
    const hasRoutes = evaluation !== null || verdictKeys !== null || posture.size > 0;
    if (config.listen.public !== null && hasRoutes && part !== "administration") {
      const app = createPublicApp({
        evaluation: evaluation?.routes ?? null,
        verdictKeys,
        posture,
        denials:
          config.proxies.length === 0
            ? null
            : { store, publicUrl: config.publicUrl, recheck: recheckKnown(store, clock, providers) },
        onFailure,
      });
      listeners.push({
        name: "public",
        listener: listen(app.fetch, config.listen.public, config.workers > 1),
      });
    }
    if (verdictRing !== null && part !== "administration") {
      const accessKeys = evaluation?.accessKeys ?? null;
      listeners.push(
        ...(await openProxies({ config, log, ...parts, accessKeys, ring: verdictRing }, opened)),
      );
    }
    let draining = false;
    const rings = ringsByPurpose(evaluation?.ring ?? null, verdictRing);
    registerKeyMetrics(metrics.registry, () => keyFigures(rings, config.keys.rotateEveryMs));
    opened.defer(registerProcessMetrics(metrics.registry));
    if (config.listen.admin !== null && part !== "traffic") {
      const app = createAdminApp({
        checks: () => runChecks({ draining, policies, store, evaluation, providers, workers }),
        metrics: async () => ({
          body: await renderFigures([await metrics.figures(), ...((await workers?.collectMetrics()) ?? [])]),
          contentType: metrics.registry.contentType,
        }),
        actions: [
          ...keyActions(rings, () => workers?.tell({ kind: "refresh_keys" })),
          ...sessionActions(administerSessions(store, clock, log, metrics)),
          recheckAction(recheckSessions(store, clock, providers)),
        ],
        api: {
          authenticate: createAuthenticate(config.admin.tokens),
          audit: (audited) => log.info("admin", { ...audited }),
        },
        onFailure,
      });
      listeners.push({ name: "admin", listener: listen(app.fetch, config.listen.admin) });
    }
    const everything = opened.move();
    return {
      listeners: listeners.map(({ name, listener }) => ({ name, url: listener.url })),
      reload: () => policies.reload(),
      async refreshKeys() {
        await Promise.all(rings.values().map((ring) => ring.refresh()));
      },
      metrics: () => metrics.figures(),
      async stop(patienceMs) {
        draining = true;
        const endsAt = performance.now() + patienceMs;
        // The admin listener is the last: it tells that the others are draining.
        for (const { listener } of listeners) await listener.stop(Math.max(endsAt - performance.now(), 0));
        await everything.disposeAsync();
      },
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

interface Opened {
  readonly name: string;
  readonly listener: Listener;
}

interface Parts {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly policies: LivePolicies;
  readonly store: Store;
  readonly gatherer: Gatherer;
  readonly logDecision: LogDecision;
  readonly onFailure: (error: unknown) => void;
}

async function openConfiguredStore(
  { store: url }: Config,
  clock: Clock,
  log: Log,
  opened: AsyncDisposableStack,
) {
  const store = await openStore(url, { clock, log: (message) => log.warn(message) });
  opened.defer(() => store.close());
  return store;
}

function administerSessions(store: Store, clock: Clock, log: Log, metrics: Metrics): SessionAdministration {
  return {
    list: (filter) => listSessions(store, clock, filter),
    find: (id) => findSession(store, clock, id),
    async revoke(target) {
      const revoked = await revoke(store, clock, target);
      metrics.recordRevocation(target.kind, revoked.durable);
      log.info("revoked", { ...target, ...revoked });
      return revoked;
    },
  };
}

function recheckSessions(store: Store, clock: Clock, { recheck }: Providers): RecheckSessions {
  return async (filter) => {
    const live = (await listSessions(store, clock, filter)).filter(({ ended }) => ended === null);
    return Promise.all(live.map(({ session }) => recheck(subjectOfSession(session, clock()))));
  };
}

/** The same for sessions by their ids; those that are over are left out. */
function recheckKnown(store: Store, clock: Clock, { recheck }: Providers) {
  return async (ids: readonly string[]): Promise<readonly Rechecked[]> => {
    const found = await Promise.all(ids.map((id) => findSession(store, clock, id)));
    const live = found.flatMap((status) => (status?.ended === null ? [status.session] : []));
    return Promise.all(live.map((session) => recheck(subjectOfSession(session, clock()))));
  };
}

/** External Evaluation: null where no team is configured, for then nobody could ask. */
async function openEvaluation(config: Config, parts: Parts, opened: AsyncDisposableStack) {
  const { access, evaluate } = config;
  if (access === null) return null;
  const { clock, metrics, policies, store, gatherer, logDecision, onFailure } = parts;
  const accessKeys = createAccessKeys({ certsUrl: access.certsUrl, clock });
  opened.defer(() => accessKeys.close());
  const ring = await openEvaluationRing(config, parts, opened);
  const verifier = createAccessVerifier({
    keys: accessKeys,
    issuer: access.teamDomain,
    evaluationAudiences: evaluate.audience.length === 0 ? null : evaluate.audience,
    evaluationLifetimeMs: evaluate.maxTokenLifetimeMs,
    clock,
  });
  const answer = createEvaluation({
    policies: () => policies.current(),
    verifier,
    store,
    gatherer,
    team: access.teamDomain,
    sign: (question, success, answeredAt) => signEvaluationAnswer(ring, question, success, answeredAt),
    clock,
    deadlineMs: evaluate.deadlineMs,
    maxConcurrent: evaluate.maxConcurrentSignatures,
    onFailure,
    onDecision(record) {
      const { application, requirements } = record.application;
      logDecision({ ...record, application, used: requirements });
      metrics.recordDecision(application, record.decision, record.ms / 1000);
      metrics.recordFacts(record.facts, requirements, record.now);
      const isLogin = record.facts["identity.subject"]?.state === "known" && !record.repeated;
      if (isLogin) metrics.recordLogin(record.decision.outcome === "permit");
    },
  });
  const answerEvaluation: AnswerEvaluation = async (application, token) => {
    const reply = await answer(application, token);
    metrics.recordEvaluation(resultOf(reply));
    return reply;
  };
  return { accessKeys, ring, verifier, routes: { answerEvaluation, evaluationKeys: () => ring.jwks() } };
}

function keyFigures(rings: ReadonlyMap<string, KeyRing>, rotateEveryMs: number): readonly KeyFigures[] {
  return [...rings].flatMap(([purpose, ring]) => {
    const active = ring.list().find(({ state }) => state === "active");
    if (active === undefined) return [];
    const rotatesAt = active.since + rotateEveryMs;
    return [{ purpose, activatedAt: active.since, rotatesAt, lastSeenAt: ring.ready().lastSuccessAt }];
  });
}

function ringsByPurpose(evaluation: KeyRing | null, verdict: KeyRing | null): ReadonlyMap<string, KeyRing> {
  const rings = new Map<string, KeyRing>();
  if (evaluation !== null) rings.set("evaluation", evaluation);
  if (verdict !== null) rings.set("verdict", verdict);
  return rings;
}

function resultOf(reply: EvaluationReply): EvaluationResult {
  if (reply.kind === "answered") return reply.success ? "permit" : "deny";
  return reply.kind === "refused" ? "invalid_token" : reply.kind;
}

interface Checked {
  readonly draining: boolean;
  readonly policies: LivePolicies;
  readonly store: Store;
  readonly evaluation: { readonly accessKeys: AccessKeys; readonly ring: KeyRing } | null;
  readonly providers: Providers;
  readonly workers: WorkerGroup | undefined;
}

async function runChecks({
  draining,
  policies,
  store,
  evaluation,
  providers,
  workers,
}: Checked): Promise<readonly Check[]> {
  const stored = await store.getMany([["readyz"]]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : "the store failed"),
  );
  const access = evaluation?.accessKeys.ready() ?? null;
  return [
    check("shutdown", draining ? "shutting down" : null),
    { ...check("policies", policies.lastError()), vital: false },
    check("store", stored),
    ...(access === null
      ? []
      : [check("access_keys", access.ready ? null : (access.lastError ?? "not fetched yet"))]),
    ...(workers === undefined ? [] : [checkWorkers(workers)]),
    ...providers.pip.checks(),
  ];
}

/** The others answer for one that is being replaced. */
function checkWorkers(workers: WorkerGroup): Check {
  const missing = workers.missing();
  const detail = missing === 0 ? null : `${missing} of the workers ended and are being replaced`;
  return { ...check("workers", detail), vital: missing === workers.count };
}

function check(name: string, detail: string | null): Check {
  return { name, ok: detail === null, vital: true, detail };
}
