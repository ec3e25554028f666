import type { Clock } from "../../clock.ts";
import type { Disclosure } from "../../config/config.ts";
import { listChecks, type PolicyChecks } from "../../core/checks.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import { explain } from "../../core/explain.ts";
import type { Facts } from "../../core/fact.ts";
import type { Store } from "../../store/store.ts";
import { withDeadline } from "../deadline.ts";
import { Recent } from "../decision/recent.ts";
import { type DenialRecord, writeDenial } from "./denial-record.ts";
import { elsewhereOf } from "./elsewhere.ts";

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
/** The same for all who are not known, of one application. */
const ANONYMOUS_PAGES_PER_WINDOW = 200;
const WINDOW_MS = 60_000;
/** A longer address leads back to the front page of its host. */
const MAX_URL_CHARS = 2_048;
const PEOPLE_REMEMBERED = 10_000;

/** Keeps denials of people, and of others no more than lead to an operator's own page: these cannot fill the store. */
export function createDenialShelf({ store, disclose, monotonic }: DenialShelfOptions): KeepDenial {
  const mayKeep = createLimit(monotonic, PAGES_PER_WINDOW);
  const mayKeepOfNobody = createLimit(monotonic, ANONYMOUS_PAGES_PER_WINDOW);

  function recordFor(denied: PersonDenied): DenialRecord | null {
    if (!isForEyes(denied)) return null;
    const subject = denied.facts["identity.subject"];
    if (subject?.state === "known") return mayKeep(subject.value) ? recordOf(denied, disclose) : null;
    const { application } = denied.application;
    const elsewhere = elsewhereOf(application, false);
    if (elsewhere === null || !mayKeepOfNobody(application.id)) return null;
    const { customDenyMessage: message } = application;
    const untold = { person: null, sessions: [], application: null, reason: null, policies: [] };
    return { ...untold, url: wayBackTo(denied.url), message, elsewhere };
  }

  return async (denied) => {
    const record = recordFor(denied);
    if (record === null) return;
    const writing = writeDenial(store, denied.id, record, denied.now);
    await withDeadline(writing, denied.leftMs).catch(() => {});
  };
}

/** Who is sent to a login, or asked for a better credential, sees no page. */
function isForEyes({ decision: { reason }, accept }: PersonDenied): boolean {
  return reason !== "login_required" && reason !== "credential_refused" && accept.includes("text/html");
}

function createLimit(monotonic: Clock, most: number): (subject: string) => boolean {
  const people = new Recent<{ readonly since: number; readonly pages: number }>(PEOPLE_REMEMBERED);
  return (subject) => {
    const now = monotonic();
    const before = people.get(subject);
    const isNew = before === undefined || now - before.since >= WINDOW_MS;
    const { since, pages } = isNew ? { since: now, pages: 0 } : before;
    people.set(subject, { since, pages: pages + 1 });
    return pages < most;
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
    url: wayBackTo(url),
    sessions: [...sessions],
    application: disclose === "nothing" ? null : name,
    reason: disclose === "nothing" ? null : decision.reason,
    policies: disclose === "checks" ? policies.map(copyOf) : [],
    message: customDenyMessage,
    elsewhere: elsewhereOf(application.application, isOfPerson(policies)),
  };
}

function wayBackTo(url: string): string {
  return url.length > MAX_URL_CHARS ? `${new URL(url).origin}/` : url;
}

function copyOf(policy: PolicyChecks): DenialRecord["policies"][number] {
  return { ...policy, checks: policy.checks.map((check) => ({ ...check })) };
}

/** Who the person is has kept them out, as far as can be told; else the network, the device or a credential. */
function isOfPerson(policies: readonly PolicyChecks[]): boolean {
  const obstacles = policies.flatMap(({ checks }) => checks.filter(({ isObstacle }) => isObstacle));
  return obstacles.length === 0 || obstacles.some(({ about }) => about === "identity");
}
