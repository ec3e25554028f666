import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import { type Metrics, renderFigures } from "../observe/metrics.ts";
import type { Rechecked } from "../pip/recheck.ts";
import { type Check, createAdminApp } from "../server/admin/admin-app.ts";
import { createAuthenticate } from "../server/admin/authenticate.ts";
import { keyActions } from "../server/admin/key-actions.ts";
import { type RecheckSessions, recheckAction } from "../server/admin/recheck-action.ts";
import { type SessionAdministration, sessionActions } from "../server/admin/session-actions.ts";
import { findSession, listSessions } from "../session/list-sessions.ts";
import { revoke } from "../session/revoke.ts";
import type { Store } from "../store/store.ts";
import type { Rings } from "./open-rings.ts";
import { type Providers, subjectOfSession } from "./providers/compose-providers.ts";
import type { WorkerGroup } from "./workers/worker-group.ts";

export interface AdminParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly rings: Rings;
  readonly providers: Providers;
  readonly workers: WorkerGroup | undefined;
  readonly checks: () => Promise<readonly Check[]>;
  readonly onFailure: (error: unknown) => void;
}

/** The admin listener's application. */
export function composeAdmin({ admin }: Config, parts: AdminParts) {
  const { clock, log, metrics, store, rings, providers, workers, checks, onFailure } = parts;
  return createAdminApp({
    checks,
    metrics: async () => ({
      body: await renderFigures([await metrics.figures(), ...((await workers?.collectMetrics()) ?? [])]),
      contentType: metrics.registry.contentType,
    }),
    actions: [
      ...keyActions(rings.byPurpose, () => workers?.tell({ kind: "refresh_keys" })),
      ...sessionActions(administerSessions(store, clock, log, metrics)),
      recheckAction(recheckSessions(store, clock, providers)),
    ],
    api: {
      authenticate: createAuthenticate(admin.tokens),
      audit: (audited) => log.info("admin", { ...audited }),
    },
    onFailure,
  });
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

function recheckSessions(store: Store, clock: Clock, providers: Providers): RecheckSessions {
  const recheckIds = recheckKnown(store, clock, providers);
  return async ({ kind, id }) => {
    if (kind === "session") return recheckIds([id]);
    const live = (await listSessions(store, clock, { [kind]: id })).filter(({ ended }) => ended === null);
    return Promise.all(live.map(({ session }) => providers.recheck(subjectOfSession(session, clock()))));
  };
}

/** Asks the providers anew about sessions, by their ids; those that are over are left out. */
export function recheckKnown(store: Store, clock: Clock, { recheck }: Providers) {
  return async (ids: readonly string[]): Promise<readonly Rechecked[]> => {
    const found = await Promise.all(ids.map((id) => findSession(store, clock, id)));
    const live = found.flatMap((status) => (status?.ended === null ? [status.session] : []));
    return Promise.all(live.map((session) => recheck(subjectOfSession(session, clock()))));
  };
}
