import type { FaultWindows } from "./fault-windows.ts";
import { judge } from "./oracle.ts";
import type { LoggedIn } from "./people.ts";
import type { ApplicationName } from "./policies.ts";
import type { Stalls } from "./stalls.ts";
import type { Tally } from "./tally.ts";

/** A request that was asked at `startedAt`, on the clock of the bench in milliseconds. */
export interface Question {
  readonly login: LoggedIn;
  readonly application: ApplicationName;
  readonly kind: keyof typeof DEADLINES_MS;
  readonly startedAt: number;
}

export interface WitnessOptions {
  readonly tally: Tally;
  readonly faults: FaultWindows;
  readonly stalls: Stalls;
  /** Whether a fault may keep a question from being answered. */
  readonly mayLose: boolean;
}

/** Within how long each answer has to come, in milliseconds. */
export const DECISION_DEADLINE_MS = 150;
const DEADLINES_MS = { decision: DECISION_DEADLINE_MS, evaluation: 1_000 };
const SLACK_MS = { decision: 10, evaluation: 200 };

/** By when a revocation is heard of everywhere, and how long it is not counted where that fails. */
const HEARD_WITHIN_MS = 1_000;
export const REMEMBERED_MS = 5_100;

/** Sees every answer, has the oracle judge it, and remembers who was let in and who was revoked. */
export class Witness {
  readonly #options: WitnessOptions;
  /** When a decision let a login in last: from then on it may be remembered. */
  readonly #permittedAt = new WeakMap<LoggedIn, number>();
  /** When the revocation of a login was taken. */
  readonly #revokedAt = new WeakMap<LoggedIn, number>();
  /** Logins whose revocation was taken without being durable. */
  readonly #unbound = new Set<LoggedIn>();

  constructor(options: WitnessOptions) {
    this.#options = options;
  }

  /** An answer that has just come; `reason` of a denial. */
  see(question: Question, permitted: boolean, reason: string): void {
    const { tally, faults } = this.#options;
    const { login, application, kind, startedAt } = question;
    const endedAt = performance.now();
    const describe = (outcome: string) => () => describeAnswer(question, outcome, endedAt);
    const [asksDevice, writes] = [application === "vault", kind === "evaluation"];
    const judgement = judge({ login, asksDevice, writes, startedAt, endedAt, permitted }, faults);
    tally.count(judgement, permitted, describe(permitted ? "permit" : reason));
    if (endedAt - startedAt > DEADLINES_MS[kind] + SLACK_MS[kind]) this.#countLate(question, endedAt);
    if (!permitted) return;
    if (judgement === "right" && this.#isPromisedToBeOver(login, startedAt))
      tally.countSlowRevocation(describe("permit"));
    if (this.#unbound.has(login)) this.#countLost(login, endedAt);
    if (kind === "decision") this.#permittedAt.set(login, endedAt);
  }

  /** A question that was not answered. */
  miss(question: Question, error: unknown): void {
    const { tally, faults, mayLose } = this.#options;
    if (mayLose && faults.excuse(question.startedAt, performance.now(), EVERYTHING)) return;
    const outcome = error instanceof Error ? error.message : "failure";
    const now = performance.now();
    tally.count("error", false, () => describeAnswer(question, outcome, now));
  }

  /** A revocation was taken; `binds` says whether it must hold. */
  rememberRevocation(logins: readonly LoggedIn[], takenAt: number, binds: boolean): void {
    for (const login of logins) {
      if (binds) this.#revokedAt.set(login, takenAt);
      else this.#unbound.add(login);
    }
  }

  /** By when a revocation that was taken at `ackedAt` must count: at once where nobody may remember the login. */
  countsBy(login: LoggedIn, ackedAt: number): number {
    const rememberedUntil = (this.#permittedAt.get(login) ?? Number.NEGATIVE_INFINITY) + REMEMBERED_MS;
    return Math.max(ackedAt, Math.min(rememberedUntil, ackedAt + REMEMBERED_MS));
  }

  #countLate(question: Question, endedAt: number): void {
    const { tally, stalls } = this.#options;
    const { kind, startedAt } = question;
    const tookMs = endedAt - startedAt - stalls.since(startedAt);
    if (tookMs > DEADLINES_MS[kind] + SLACK_MS[kind])
      tally.countLate(() => describeAnswer(question, "an answer", endedAt));
  }

  #countLost(login: LoggedIn, now: number): void {
    const { faults, tally } = this.#options;
    if (faults.excuse(now, now, EVERYTHING)) return;
    this.#unbound.delete(login);
    tally.countLost();
  }

  /** Whether a login was revoked more than a second before. No fault excuses that it still counts: it was taken. */
  #isPromisedToBeOver(login: LoggedIn, startedAt: number): boolean {
    const takenAt = this.#revokedAt.get(login);
    return takenAt !== undefined && startedAt > takenAt + HEARD_WITHIN_MS;
  }
}

const EVERYTHING = { asksDevice: true, writes: true };

function describeAnswer(question: Question, outcome: string, endedAt: number): string {
  const { login, application, kind, startedAt } = question;
  const tookMs = Math.round(endedAt - startedAt);
  return `${outcome} for a ${kind} about ${login.person.name} at ${application}, ${tookMs} ms`;
}
