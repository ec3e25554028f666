import type { Config } from "../config/config.ts";
import { createDecisionLog } from "../observe/decision-log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Check } from "../server/admin/admin-app.ts";
import { createPublicApp } from "../server/public/public-app.ts";
import type { Store } from "../store/store.ts";
import { composeAdmin, recheckKnown } from "./compose-admin.ts";
import { composeEvaluation, type Evaluation } from "./compose-evaluation.ts";
import { composeProxies, type ProxyHandler } from "./compose-proxies.ts";
import { findMismatches } from "./find-mismatches.ts";
import type { Lasting } from "./lasting.ts";
import { type LivePolicies, loadLivePolicies } from "./live-policies.ts";
import { composeProviders, type Providers } from "./providers/compose-providers.ts";
import { configureAllProviders } from "./providers/configure-providers.ts";

/** Answers one request of HTTP. */
export type Handle = (request: Request) => Response | Promise<Response>;

/** Everything that one configuration makes of Postern, but for what lasts. */
export interface Composition {
  readonly config: Config;
  readonly policies: LivePolicies;
  readonly providers: Providers;
  readonly answerPublic: Handle;
  readonly answerAdmin: Handle;
  /** As the configuration lists the proxies. */
  readonly proxies: readonly ProxyHandler[];
  /** It serves from now on. */
  activate(): void;
  /** It serves no more: nothing of it starts by itself, and what is under way can still end. */
  retire(): Promise<void>;
  /** Lets everything go. */
  dispose(): Promise<void>;
}

/**
 * Makes all that answers by `config`, beside what serves meanwhile where `servesMeanwhile`. Throws what keeps it
 * from being made; nothing is left open then.
 */
export async function compose(
  config: Config,
  lasting: Lasting,
  servesMeanwhile: boolean,
): Promise<Composition> {
  const { clock, log, metrics, logDestination, redactKey, store, part, onFailure } = lasting;
  const opened = new AsyncDisposableStack();
  try {
    const reports = holdReports(metrics);
    const configured = await configureAllProviders(config);
    const policies = await loadLivePolicies({
      path: config.policies,
      clock,
      log,
      metrics: reports,
      findFaults: (policySet) => findMismatches(config, configured, policySet),
      servesMeanwhile,
      onChange: lasting.reload,
    });
    opened.defer(() => policies.close());
    const providers = await composeProviders(
      { config, configured, clock, log, policies, store, polls: part !== "traffic" },
      opened,
    );
    const logDecision = createDecisionLog({
      ...config.log,
      redactKey,
      destination: logDestination,
      ...(part === "traffic" ? { maxLineBytes: logDestination.atOnceBytes ?? Number.POSITIVE_INFINITY } : {}),
    });
    const answering = { ...lasting, policies, gatherer: providers.pip.gatherer, logDecision };
    const evaluation = await composeEvaluation(config, answering, opened);
    const { handlers, cacheFigures, verdictKeys } = await composeProxies(
      config,
      answering,
      evaluation?.accessKeys ?? null,
      opened,
    );
    const publicApp = createPublicApp({
      evaluation: evaluation?.routes ?? null,
      verdictKeys,
      posture: providers.postureEndpoints(evaluation?.verifier ?? null),
      denials:
        config.proxies.length === 0
          ? null
          : { store, publicUrl: config.publicUrl, recheck: recheckKnown(store, clock, providers) },
      onFailure,
    });
    const adminApp = composeAdmin(config, {
      ...answering,
      providers,
      checks: async () => [
        ...lasting.checks(),
        { ...check("policies", policies.lastError()), vital: false },
        check("store", await findStoreFault(store)),
        ...checkAccessKeys(evaluation),
        ...providers.pip.checks(),
      ],
    });
    const everything = opened.move();
    return {
      config,
      policies,
      providers,
      answerPublic: publicApp.fetch,
      answerAdmin: adminApp.fetch,
      proxies: handlers,
      activate() {
        reports.release();
        if (cacheFigures !== null) metrics.watchCache(cacheFigures);
      },
      async retire() {
        policies.close();
        await providers.pip.stopPolling();
      },
      dispose: () => everything.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** Figures of policies tell of those that serve: of others only once they do. */
function holdReports(metrics: Metrics) {
  let serves = false;
  let held = () => {};
  const report: Pick<Metrics, "recordReload" | "recordFailedReload"> = {
    recordReload(revision, loadedAt) {
      held = () => metrics.recordReload(revision, loadedAt);
      if (serves) held();
    },
    recordFailedReload() {
      if (serves) metrics.recordFailedReload();
    },
  };
  return {
    ...report,
    release() {
      serves = true;
      held();
    },
  };
}

function findStoreFault(store: Store): Promise<string | null> {
  return store.getMany([["readyz"]]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : "the store failed"),
  );
}

function checkAccessKeys(evaluation: Evaluation | null): readonly Check[] {
  if (evaluation === null) return [];
  const { ready, lastError } = evaluation.accessKeys.ready();
  return [check("access_keys", ready ? null : (lastError ?? "not fetched yet"))];
}

/** What must be in order; `detail` says why it is not. */
export function check(name: string, detail: string | null): Check {
  return { name, ok: detail === null, vital: true, detail };
}
