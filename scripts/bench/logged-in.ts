import type { Clock } from "../../src/clock.ts";
import { createGatherer, type Gatherer } from "../../src/pip/gather.ts";
import { startProvider } from "../../src/pip/provider.ts";
import { DEFAULT_SETTINGS } from "../../src/pip/provider-settings.ts";
import { createRegistry } from "../../src/pip/registry.ts";
import { definePlugin, t } from "../../src/plugin.ts";
import type { Ask, DecideRequest } from "../../src/server/decision/decide-request.ts";
import { openDecider } from "../../src/server/decision/open-decider.ts";
import { createLoginJudge } from "../../src/server/public/judge-login.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { openGenerations } from "../../src/store/generation.ts";
import type { Store } from "../../src/store/store.ts";
import { BenchmarkError } from "./benchmark.ts";
import { compilePolicies } from "./compile.ts";
import { identityOf, type Person } from "./person.ts";
import { learntNow, readIp } from "./read-facts.ts";

export const TEAM = "https://acme.cloudflareaccess.com";
const LIFETIME_SECONDS = 3_600;
const PATIENCE_MS = 5_000;

/** Staff, at work, on a device that a provider speaks well of: what a login froze, a request says and is stored. */
const POLICIES = {
  posture_rules: [
    { id: "firewall", name: "Firewall", type: "firewall", input: { enabled: true, operating_system: "mac" } },
  ],
  applications: [
    {
      name: "wiki",
      domain: "wiki.example.com",
      policies: [
        {
          name: "Staff on guarded devices",
          decision: "allow",
          include: [{ email_domain: { domain: "example.com" } }],
          require: [{ device_posture: { integration_uid: "firewall" } }, { ip: { ip: "10.0.0.0/8" } }],
          exclude: [{ email: { email: "mallory@example.com" } }],
        },
      ],
    },
  ],
};

/** Whether the policy lets a person in. */
export function belongs({ email }: Person): boolean {
  return email.endsWith("@example.com") && email !== "mallory@example.com";
}

/** People who have logged in, and the decisions about their requests. */
export interface LoggedIn {
  /** Whether a request of the person of that number is permitted. Throws where it could not be decided. */
  decide(index: number): Promise<boolean>;
  /** How often the provider has been asked. */
  providerCalls(): number;
  close(): void;
}

export interface LoggedInOptions {
  readonly store: Store;
  readonly people: readonly Person[];
  readonly clock: Clock;
  /** Milliseconds that never go back: what the cache ages by. */
  readonly monotonic: Clock;
}

/** Logs everybody in and decides about everybody once, so that their facts are stored. */
export async function logIn({ store, people, clock, monotonic }: LoggedInOptions): Promise<LoggedIn> {
  const directory = compilePolicies(POLICIES);
  const application = directory.only;
  if (application === null) throw new Error("the policies are not of one application");
  let asked = 0;
  const gatherer = await openGatherer(clock, () => asked++);
  await openGenerations(store, clock);
  const judge = createLoginJudge({ store, gatherer, team: TEAM, clock });
  let failure: unknown = null;
  const { decideRequest, close } = await openDecider({
    ...{ store, gatherer, team: TEAM, clock, monotonic },
    onFailure: (error) => {
      failure = error;
    },
  });
  const asks = await Promise.all(
    people.map(async (person): Promise<Ask> => {
      const now = clock();
      const iat = Math.floor(now / 1_000);
      const identity = { ...identityOf(person, new Date(now).toISOString()), iat };
      const facts = factsOfIdentity(identity, now);
      const call = { directory, application, identity, facts, askedAt: now, now, gatherMs: PATIENCE_MS };
      await (await judge(call)).remember();
      const claims = { sub: person.subject, email: person.email, device_id: identity.device_id, iat };
      return {
        application,
        revision: directory.revision,
        token: { claims: { ...claims, exp: iat + LIFETIME_SECONDS }, claimsHash: person.subject },
        facts: { "network.ip": readIp(person.ip, learntNow(now)) },
        deadlineMs: PATIENCE_MS,
      };
    }),
  );
  const decide = async (index: number) => {
    const outcome = await permits(decideRequest, asks[index % asks.length]);
    if (failure !== null) throw new BenchmarkError("program_failed", `a decision failed: ${failure}`);
    return outcome;
  };
  for (const index of people.keys()) await decide(index);
  return { decide, providerCalls: () => asked, close };
}

async function permits(decideRequest: DecideRequest, ask: Ask | undefined): Promise<boolean> {
  if (ask === undefined) throw new Error("nobody has logged in");
  return (await decideRequest(ask)).decision.outcome === "permit";
}

const PLACE = { file: "postern.yaml", line: 1, column: 1 };

/** A provider that says of every device that it is a Mac whose firewall runs. */
async function openGatherer(clock: Clock, onAsked: () => void): Promise<Gatherer> {
  const fleet = definePlugin({
    name: "fleet",
    provides: ["device.platform", "device.firewall"],
    needs: ["device.id"],
    config: t.Object({}),
    setup: () => ({
      resolve() {
        onAsked();
        return { "device.platform": "mac", "device.firewall": true };
      },
    }),
  });
  const settings = { ...DEFAULT_SETTINGS, expiresMs: LIFETIME_SECONDS * 1_000, concurrency: 10_000 };
  const options = { place: PLACE, config: {}, settings, clock, log: () => {} };
  const { registry, faults } = createRegistry([await startProvider(fleet, options)]);
  if (registry === null) throw new Error(faults.map(({ message }) => message).join("\n"));
  return createGatherer({ registry, clock, storeLate: () => {} });
}
