import type { Clock } from "../../clock.ts";
import type { Disclosure } from "../../config/config.ts";
import { listChecks, type PolicyChecks } from "../../core/checks.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { explain } from "../../core/explain.ts";
import type { Facts } from "../../core/fact.ts";
import type { Application } from "../../core/model.ts";
import type { Store } from "../../store/store.ts";
import { withDeadline } from "../deadline.ts";
import { Recent } from "../decision/recent.ts";
import { type DenialRecord, writeDenial } from "./denial-record.ts";

/** A denial that may be of a person in front of a browser. */
export interface PersonDenied {
  readonly id: string;
  readonly application: CompiledApplication;
  readonly decision: Decision;
  readonly facts: Facts;
  /** When it was decided, milliseconds since the epoch. */
  readonly now: number;
  readonly sessions: readonly string[];
  /** Where the person wanted to go. */
  readonly url: string;
  /** `Accept` of the request. */
  readonly accept: string;
  readonly leftMs: number;
}

/** Keeps what the page of a denial will show. Never throws: without it the page says less. */
export type KeepDenial = (denied: PersonDenied) => Promise<void>;

export interface DenialShelfOptions {
  readonly store: Store;
  readonly disclose: Disclosure;
  /** Milliseconds that never go back. */
  readonly monotonic: Clock;
}

/** A person who is denied more often than that within `WINDOW_MS` gets pages that say less. */
const PAGES_PER_WINDOW = 20;
const WINDOW_MS = 60_000;
const PEOPLE_REMEMBERED = 10_000;

/** Keeps denials of people alone: who has not logged in cannot fill the store. */
export function createDenialShelf({ store, disclose, monotonic }: DenialShelfOptions): KeepDenial {
  const mayKeep = createLimit(monotonic);
  return async (denied) => {
    const subject = denied.facts["identity.subject"];
    if (subject?.state !== "known" || !isForEyes(denied) || !mayKeep(subject.value)) return;
    const writing = writeDenial(store, denied.id, recordOf(denied, disclose), denied.now);
    await withDeadline(writing, denied.leftMs).catch(() => {});
  };
}

/** Who is sent to a login, or asked for a better credential, sees no page. */
function isForEyes({ decision: { reason }, accept }: PersonDenied): boolean {
  return reason !== "login_required" && reason !== "credential_refused" && accept.includes("text/html");
}

function createLimit(monotonic: Clock): (subject: string) => boolean {
  const people = new Recent<{ readonly since: number; readonly pages: number }>(PEOPLE_REMEMBERED);
  return (subject) => {
    const now = monotonic();
    const before = people.get(subject);
    const isNew = before === undefined || now - before.since >= WINDOW_MS;
    const { since, pages } = isNew ? { since: now, pages: 0 } : before;
    people.set(subject, { since, pages: pages + 1 });
    return pages < PAGES_PER_WINDOW;
  };
}

function recordOf(denied: PersonDenied, disclose: Disclosure): DenialRecord {
  const { application, decision, facts, now, sessions, url } = denied;
  const trace = explain(application, facts, now);
  // A denial for another reason than its rules is not explained by them.
  const policies = trace.decision.reason === decision.reason ? listChecks(trace) : [];
  const { name, customDenyMessage } = application.application;
  const email = facts["identity.email"];
  return {
    person: email?.state === "known" ? email.value.address : null,
    url,
    sessions: [...sessions],
    application: disclose === "nothing" ? null : name,
    reason: disclose === "nothing" ? null : decision.reason,
    policies: disclose === "checks" ? policies.map(copyOf) : [],
    message: customDenyMessage,
    elsewhere: elsewhereOf(application.application, policies),
  };
}

function copyOf(policy: PolicyChecks): DenialRecord["policies"][number] {
  return { ...policy, checks: policy.checks.map((check) => ({ ...check })) };
}

/** The operator's own page: another one where it was not who the person is that kept them out. */
function elsewhereOf(
  { customDenyUrl, customNonIdentityDenyUrl }: Application,
  policies: readonly PolicyChecks[],
): string | null {
  const obstacles = policies.flatMap(({ checks }) => checks.filter(({ isObstacle }) => isObstacle));
  const isOfPerson = obstacles.length === 0 || obstacles.some(({ about }) => about === "identity");
  return isOfPerson ? customDenyUrl : (customNonIdentityDenyUrl ?? customDenyUrl);
}
