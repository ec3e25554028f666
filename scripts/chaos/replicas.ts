import { startService } from "../../src/cli/compose.ts";
import { systemClock } from "../../src/clock.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { renderFault } from "../../src/core/place.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../../src/core/policy-directory.ts";
import { openDecider } from "../../src/server/decision/open-decider.ts";
import type { RevocationTarget } from "../../src/session/revocation.ts";
import { openGenerations } from "../../src/store/generation.ts";
import { openStore } from "../../src/store/open-store.ts";
import { policySetOf } from "../../test/policies/support.ts";
import { playAccess } from "../../test/support/played-access.ts";
import { ISSUER } from "../../test/token/access-team.ts";
import { openDeviceSource } from "./device-source.ts";
import { postEvaluation, postRevocation } from "./http-calls.ts";
import { claimsOf, type LoggedIn } from "./people.ts";
import { type ApplicationName, policiesWithout } from "./policies.ts";
import { createReplicaFolder } from "./replica-folder.ts";
import type { Weaken } from "./weakened-store.ts";

export interface ReplicasOptions {
  readonly storeUrl: string;
  readonly weaken: Weaken;
  /** How long a command to the store may take; as usual where it is not told. */
  readonly storeTimeoutMs?: number;
  /** How long a request may take. */
  readonly deadlineMs: number;
  readonly isHealthy: (device: string) => boolean;
}

/**
 * Two replicas of Postern on one store, each with a connection of its own: a service that takes logins
 * and the operator's calls over HTTP, and what decides requests. Nothing but the store tells one of the other.
 */
export interface Replicas {
  /** Posts what Access would for a login, or for its re-issue. Whether it was let in; throws for another answer. */
  evaluate(login: LoggedIn): Promise<boolean>;
  /** Decides one request with the token of a login. */
  decide(login: LoggedIn, application: ApplicationName): Promise<{ permitted: boolean; reason: string }>;
  /** Ends logins. Whether that is durable; throws where it was not taken. */
  revoke(target: RevocationTarget): Promise<boolean>;
  /** Keeps these addresses out from now on, at both. */
  keepOut(emails: readonly string[]): Promise<void>;
  /** What should not happen, and did. */
  readonly failures: readonly unknown[];
  close(): Promise<void>;
}

export async function openReplicas(options: ReplicasOptions): Promise<Replicas> {
  const { storeUrl, weaken, deadlineMs, isHealthy } = options;
  const opened = new AsyncDisposableStack();
  const failures: unknown[] = [];
  const clock = systemClock;
  const timeout = options.storeTimeoutMs === undefined ? {} : { timeoutMs: options.storeTimeoutMs };
  async function connect() {
    const store = await openStore(storeUrl, { clock, ...timeout });
    opened.defer(() => store.close());
    return weaken(store);
  }
  try {
    const access = playAccess();
    opened.defer(() => access.stop());
    const folder = await createReplicaFolder({ access });
    opened.defer(() => folder.remove());
    const { config, faults } = await loadConfig(folder.config, {});
    if (config === null) throw new Error(faults.map(renderFault).join("\n"));
    const service = await startService({
      config,
      clock,
      store: await connect(),
      logDestination: { write: () => {} },
    });
    await folder.keepKeys();
    opened.defer(() => service.stop(0));
    const urlOf = (name: string) => service.listeners.find((listener) => listener.name === name)?.url ?? "";

    const store = await connect();
    await openGenerations(store, clock);
    const gatherer = await openDeviceSource(isHealthy, store, clock);
    const decider = await openDecider({
      ...{ store, gatherer, clock, team: ISSUER, monotonic: () => performance.now() },
      onFailure: (error) => {
        if (!(error instanceof Error && error.name === "StoreError")) failures.push(error);
      },
    });
    opened.defer(() => decider.close());
    let directory: PolicyDirectory = createPolicyDirectory(policySetOf(policiesWithout([])));
    const everything = opened.move();

    return {
      failures,
      evaluate: (login) => postEvaluation(urlOf("public"), login),
      async decide(login, name) {
        const application = directory.findByName(name);
        if (application === null) throw new Error(`there is no application ${name}`);
        const { decision } = await decider.decideRequest({
          application,
          revision: directory.revision,
          token: tokenOf(login),
          facts: {},
          deadlineMs,
        });
        return { permitted: decision.outcome === "permit", reason: decision.reason };
      },
      revoke: (target) => postRevocation(urlOf("admin"), target),
      async keepOut(emails) {
        const text = policiesWithout(emails);
        directory = createPolicyDirectory(policySetOf(text));
        await folder.putPolicies(text);
        await service.reload();
      },
      close: () => everything.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

/** The application token that Access issues after a login. */
function tokenOf(login: LoggedIn) {
  return { claims: claimsOf(login), claimsHash: `${login.person.subject} ${login.loginAt}` };
}
