import { systemClock } from "../../src/clock.ts";
import type { RevocationTarget } from "../../src/session/revocation.ts";
import { type Dice, happens, pick } from "../../test/oracle/dice.ts";
import type { FaultWindows } from "./fault-windows.ts";
import { createPerson, type LoggedIn, type Person, sessionOf } from "./people.ts";
import type { ApplicationName } from "./policies.ts";
import type { Replicas } from "./replicas.ts";
import type { Tally } from "./tally.ts";
import { Timeline } from "./timeline.ts";
import { type Question, REMEMBERED_MS, type Witness } from "./witness.ts";

export interface CrowdOptions {
  readonly replicas: Replicas;
  readonly tally: Tally;
  readonly faults: FaultWindows;
  readonly witness: Witness;
  readonly dice: Dice;
  /** By when a device that has changed counts as it is. */
  readonly deviceLagMs: number;
  /** Whether a revocation must hold that was taken, and called durable or not. */
  readonly binds: (durable: boolean) => boolean;
}

const LOGIN_AGAIN_AFTER_MS = 250;
/** A machine that is busy may take its time. */
const HIRING_TRIES = 300;
const HIRE_AGAIN_AFTER_MS = 100;
const KINDS: readonly RevocationTarget["kind"][] = ["user", "email", "device", "session"];

/** Somebody and their logins, the latest last. */
interface Member {
  readonly person: Person;
  readonly logins: LoggedIn[];
  /** Those that have not been answered. */
  readonly underWay: Set<LoggedIn>;
  /** Logins up to then may fall under a revocation; milliseconds since the epoch. */
  revokedUpTo: number;
  isLoggingIn: boolean;
}

/**
 * The people of the bench: those who stay (and log in again when they must), those who have been dismissed
 * (whose tokens somebody goes on using), and those who are yet to be.
 */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #staying: Member[] = [];
  readonly #dismissed: Member[] = [];
  readonly #spare: Member[] = [];
  readonly #unhealthy = new Set<string>();
  /** Logins that nobody waits for. */
  readonly #background = new Set<Promise<unknown>>();
  #hired = 0;
  #isPolicyChanging = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Whether a device is as it should be, as its source says. */
  readonly isHealthy = (device: string): boolean => !this.#unhealthy.has(device);

  /** Logs in everybody, and dismisses some. */
  async moveIn(): Promise<void> {
    for (let n = 0; n < 10; n++) this.#staying.push(await this.#hire());
    for (let n = 0; n < 8; n++) this.#spare.push(await this.#hire());
    for (const kind of [...KINDS, "user" as const]) await this.dismiss(kind);
  }

  /** Sees to it that there is somebody to dismiss. */
  async hireSpares(): Promise<void> {
    while (this.#spare.length < 3) this.#spare.push(await this.#hire());
  }

  /** Ends every login of somebody for good. */
  async dismiss(kind: RevocationTarget["kind"] = "user"): Promise<void> {
    const member = this.#spare.pop();
    if (member === undefined) return;
    await this.#revoke(member, kind);
    this.#dismissed.push(member);
  }

  /** Somebody does something, who was to do it at `dueAt`. */
  async arrive(dueAt: number): Promise<void> {
    const { dice, tally } = this.#options;
    const throwOf = dice(100);
    if (throwOf < 2) return this.#revoke(pick(dice, this.#staying), pick(dice, KINDS));
    if (throwOf < 4) return this.#changeDevice(pick(dice, this.#staying).person);
    if (throwOf < 5) return this.changePolicies();
    if (throwOf < 7) await this.#logIn(pick(dice, this.#staying));
    else if (throwOf < 14) await this.#reissue(this.#anybody());
    else await this.#ask(this.#anybody(), happens(dice, 50) ? "wiki" : "vault");
    tally.addLatency(performance.now() - dueAt);
  }

  /** Waits for all that is under way, and asks once more with logins of everybody: none that was ended may have come back. */
  async finish(): Promise<void> {
    await Promise.all(this.#background);
    const everybody = [...this.#dismissed, ...this.#staying, ...this.#spare];
    await Promise.all(
      everybody.map(async (member) => {
        for (const login of member.logins.slice(-10)) await this.#askWith(login, "wiki");
      }),
    );
  }

  /** How long it takes from now until somebody can log in and get in, in milliseconds; `Infinity` for too long. */
  async measureRecovery(patienceMs: number): Promise<number> {
    const { replicas } = this.#options;
    const startedAt = performance.now();
    const person = createPerson(`visitor-${this.#hired++}`);
    while (performance.now() - startedAt < patienceMs) {
      const login = { person, loginAt: wholeSecond(), alive: new Timeline(true) };
      const isIn = await replicas
        .evaluate(login)
        .then(async (let_in) => let_in && (await replicas.decide(login, "wiki")).permitted)
        .catch(() => false);
      if (isIn) return performance.now() - startedAt;
      await Bun.sleep(20);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The store has lost what it held at `lostAt`, or a part of it: earlier logins are over, or may be. */
  loseLogins(lostAt: number, wholly: boolean, healedAt: () => number): void {
    for (const { logins } of [...this.#staying, ...this.#spare, ...this.#dismissed]) {
      for (const { alive } of logins) {
        alive.change(
          false,
          lostAt,
          wholly ? () => healedAt() + REMEMBERED_MS : () => Number.POSITIVE_INFINITY,
        );
      }
    }
    for (const member of [...this.#staying, ...this.#spare]) member.revokedUpTo = Number.POSITIVE_INFINITY;
  }

  /** The store is well again, and logins from now on count. */
  endLoss(): void {
    for (const member of [...this.#staying, ...this.#spare]) member.revokedUpTo = systemClock();
  }

  /** A login of somebody: most often their last. */
  pickLogin(dice: Dice): LoggedIn {
    const members = happens(dice, 20) ? this.#dismissed : this.#staying;
    const { logins } = pick(dice, members);
    const last = logins.at(-1);
    return last !== undefined && happens(dice, 85) ? last : pick(dice, logins.slice(-10));
  }

  /** Subjects of the dismissed. */
  get dismissed(): readonly Person[] {
    return this.#dismissed.map(({ person }) => person);
  }

  #anybody(): Member {
    const { dice } = this.#options;
    const throwOf = dice(10);
    if (throwOf < 3 && this.#dismissed.length > 0) return pick(dice, this.#dismissed);
    return pick(dice, this.#staying);
  }

  async #hire(): Promise<Member> {
    const member = {
      person: createPerson(`person-${this.#hired++}`),
      logins: [],
      underWay: new Set<LoggedIn>(),
      revokedUpTo: Number.NEGATIVE_INFINITY,
      isLoggingIn: false,
    };
    for (let tries = 1; !(await this.#logIn(member)); tries++) {
      if (tries === HIRING_TRIES) throw new Error(`${member.person.name} could not log in`);
      await Bun.sleep(HIRE_AGAIN_AFTER_MS);
    }
    return member;
  }

  async #ask(member: Member, application: ApplicationName): Promise<void> {
    const login = member.logins.at(-1);
    if (login === undefined) return;
    const permitted = await this.#askWith(login, application);
    if (!permitted && application === "wiki" && login === member.logins.at(-1)) this.#logInAgain(member);
  }

  #askWith(login: LoggedIn, application: ApplicationName): Promise<boolean> {
    return this.#answer({ login, application, kind: "decision" }, () =>
      this.#options.replicas.decide(login, application),
    );
  }

  async #reissue(member: Member): Promise<void> {
    const login = member.logins.at(-1);
    if (login !== undefined) await this.#evaluate(login);
  }

  #logInAgain(member: Member): void {
    if (member.isLoggingIn || this.#dismissed.includes(member)) return;
    member.isLoggingIn = true;
    const again = Bun.sleep(LOGIN_AGAIN_AFTER_MS)
      .then(() => this.#logIn(member))
      .finally(() => {
        member.isLoggingIn = false;
        this.#background.delete(again);
      });
    this.#background.add(again);
  }

  /** Whether it worked. */
  async #logIn(member: Member): Promise<boolean> {
    const loginAt = wholeSecond();
    const last = member.logins.at(-1);
    const login = last?.loginAt === loginAt ? last : this.#beginLogin(member, loginAt);
    member.underWay.add(login);
    const permitted = await this.#evaluate(login);
    member.underWay.delete(login);
    if (permitted && login !== last) member.logins.push(login);
    return permitted;
  }

  #beginLogin({ person, revokedUpTo }: Member, loginAt: number): LoggedIn {
    const alive = new Timeline(true);
    // Logins are told apart by whole seconds: it may be taken for one that was revoked.
    if (loginAt <= revokedUpTo) alive.change(false, performance.now(), () => Number.POSITIVE_INFINITY);
    return { person, loginAt, alive };
  }

  #evaluate(login: LoggedIn): Promise<boolean> {
    return this.#answer({ login, application: "wiki", kind: "evaluation" }, async () => {
      return { permitted: await this.#options.replicas.evaluate(login), reason: "signed" };
    });
  }

  /** Has a request answered, and the answer judged. */
  async #answer(
    asked: Omit<Question, "startedAt">,
    request: () => Promise<{ readonly permitted: boolean; readonly reason: string }>,
  ): Promise<boolean> {
    const { witness } = this.#options;
    const question = { ...asked, startedAt: performance.now() };
    try {
      const { permitted, reason } = await request();
      witness.see(question, permitted, reason);
      return permitted;
    } catch (error) {
      witness.miss(question, error);
      return false;
    }
  }

  async #revoke(member: Member, kind: RevocationTarget["kind"]): Promise<void> {
    const { replicas, faults, tally, witness, binds } = this.#options;
    const { person } = member;
    const last = member.logins.at(-1);
    if (last === undefined) return;
    const ended = kind === "session" ? [last] : [...member.logins];
    const askedAt = performance.now();
    let ackedAt = Number.POSITIVE_INFINITY;
    for (const login of ended) login.alive.change(false, askedAt, () => witness.countsBy(login, ackedAt));
    for (const { alive } of member.underWay) alive.change(false, askedAt, () => Number.POSITIVE_INFINITY);
    member.revokedUpTo = Number.POSITIVE_INFINITY;
    const id = { user: person.subject, email: person.email, device: person.device, session: sessionOf(last) };
    try {
      const durable = await replicas.revoke({ kind, id: id[kind] });
      const now = performance.now();
      if (binds(durable)) ackedAt = now;
      witness.rememberRevocation(ended, now, binds(durable));
    } catch (error) {
      // It may have been written all the same.
      if (!faults.excuse(askedAt, performance.now(), { asksDevice: false, writes: true })) {
        tally.count("wrong_deny", false, () =>
          error instanceof Error ? error.message : "a revocation failed",
        );
      }
    }
    member.revokedUpTo = systemClock();
  }

  #changeDevice({ device, healthy }: Person): void {
    const now = performance.now();
    const isHealthy = this.#unhealthy.delete(device);
    if (!isHealthy) this.#unhealthy.add(device);
    healthy.change(isHealthy, now, () => now + this.#options.deviceLagMs);
  }

  /** Keeps somebody out, and nobody else. */
  async changePolicies(): Promise<void> {
    if (this.#isPolicyChanging) return;
    this.#isPolicyChanging = true;
    const { dice, replicas } = this.#options;
    const out = pick(dice, this.#staying);
    const now = performance.now();
    let doneAt = Number.POSITIVE_INFINITY;
    for (const { person } of this.#staying) person.listed.change(person !== out.person, now, () => doneAt);
    await replicas.keepOut([out.person.email]);
    doneAt = performance.now();
    this.#isPolicyChanging = false;
  }
}

function wholeSecond(): number {
  return Math.floor(systemClock() / 1_000) * 1_000;
}
