import { createPolicyDirectory } from "../../../src/core/policy-directory.ts";
import { ACCESS_ONLY } from "../../../src/server/decision/access-only.ts";
import { openDecider } from "../../../src/server/decision/open-decider.ts";
import { createLoginJudge } from "../../../src/server/public/judge-login.ts";
import { factsOfIdentity } from "../../../src/session/access-identity.ts";
import { revoke } from "../../../src/session/revoke.ts";
import { openGenerations } from "../../../src/store/generation.ts";
import { MemoryStore } from "../../../src/store/memory-store.ts";
import { Topics } from "../../../src/store/topics.ts";
import { type Dice, happens, pick, seededDice } from "../../../test/oracle/dice.ts";
import { policySetOf } from "../../../test/policies/support.ts";
import { personNamed } from "../../../test/support/played-access.ts";
import { ISSUER, NOW } from "../../../test/token/access-team.ts";
import type { Experiment, Extent } from "../experiment.ts";
import { FaultWindows } from "../fault-windows.ts";
import { judge } from "../oracle.ts";
import { createPerson, type LoggedIn } from "../people.ts";
import { policiesWithout } from "../policies.ts";
import { type Report, Tally } from "../tally.ts";
import { Timeline } from "../timeline.ts";
import { tellNobody } from "../weakened-store.ts";

/** How far Postern's clock is off while it is; null for one that stands still. Milliseconds. */
const OFF_BY_MS: readonly (number | null)[] = [-600_000, -5_000, 5_000, 600_000, null];
const RIGHT_FOR_MS = 20_000;
const WRONG_FOR_MS = 20_000;
const STEP_MS = 100;
const REMEMBERED_MS = 5_100;
const DEADLINE_MS = 1_000;

/** Postern's clock jumps, stands still and comes back; and of no revocation is it told by message. */
export const t1Clock: Experiment = {
  name: "T1",
  title: "the clock jumps, stands still, comes back",
  servers: [],
  run: (extent) => run(extent, true),
  controls: [
    {
      without: "monotonic time for what is remembered",
      shows: "wrongPermits",
      run: (extent) => run(extent, false),
    },
  ],
};

/** Time that passes as told: what is true, and what Postern's clock says. */
class Time {
  /** Milliseconds since the start. */
  true = 0;
  #offByMs: number | null = 0;
  #stoppedAt = 0;

  readonly wall = (): number => NOW + (this.#offByMs === null ? this.#stoppedAt : this.true + this.#offByMs);
  readonly monotonic = (): number => this.true;

  setWrong(offByMs: number | null): void {
    this.#stoppedAt = this.true;
    this.#offByMs = offByMs;
  }
}

async function run(extent: Extent, isMonotonic: boolean): Promise<Report> {
  const [tally, dice, faults, time] = [new Tally(), seededDice(extent.seed), new FaultWindows(), new Time()];
  const scene = await openScene(time, isMonotonic ? time.monotonic : time.wall, tally, faults, dice);
  const endsAt = performance.now() + extent.seconds * 1_000;
  for (
    let n = 0;
    n < OFF_BY_MS.length || (tally.requests < extent.requests && performance.now() < endsAt);
    n++
  ) {
    await scene.work(RIGHT_FOR_MS);
    const recover = faults.begin(time.true, "everything");
    tally.countFault();
    time.setWrong(OFF_BY_MS[n % OFF_BY_MS.length] ?? null);
    await scene.work(WRONG_FOR_MS);
    time.setWrong(0);
    recover(time.true);
    extent.onProgress({ requests: tally.requests, faults: faults.count });
  }
  return tally.report();
}

async function openScene(
  time: Time,
  remembers: () => number,
  tally: Tally,
  faults: FaultWindows,
  dice: Dice,
) {
  const clock = time.wall;
  const store = tellNobody(new MemoryStore(clock, new Topics(() => {})));
  await openGenerations(store, clock);
  const onFailure = (error: unknown) => tally.count("error", false, () => `the decider failed: ${error}`);
  const common = { store, gatherer: ACCESS_ONLY, team: ISSUER, clock };
  const decider = await openDecider({ ...common, monotonic: remembers, onFailure });
  const judgeLogin = createLoginJudge(common);
  const directory = createPolicyDirectory(policySetOf(policiesWithout([])));
  const wiki = directory.findByName("wiki");
  if (wiki === null) throw new Error("there is no wiki");
  const application = wiki;
  const logins: LoggedIn[] = [];
  let hired = 0;

  function count(login: LoggedIn, permitted: boolean, writes: boolean, reason: string): void {
    const answered = {
      login,
      asksDevice: false,
      writes,
      startedAt: time.true,
      endedAt: time.true,
      permitted,
    };
    const off = clock() - NOW - time.true;
    tally.count(
      judge(answered, faults),
      permitted,
      () => `${reason} for ${login.person.name}, off by ${off} ms`,
    );
  }

  /** Access's clock is right. */
  async function logIn(): Promise<void> {
    const loginAt = NOW + Math.floor(time.true / 1_000) * 1_000;
    const login = { person: createPerson(`person-${hired++}`), loginAt, alive: new Timeline(true) };
    const identity = { ...personNamed(login.person.name, { iat: loginAt / 1_000 }) };
    const now = clock();
    const askedAt = Math.min(loginAt, now);
    const facts = factsOfIdentity(identity, askedAt);
    const call = { directory, application, identity, facts, askedAt, now, gatherMs: 0 };
    const { decision, remember } = await judgeLogin(call);
    await remember();
    count(login, decision.outcome === "permit", true, decision.reason);
    if (decision.outcome === "permit") logins.push(login);
  }

  async function ask(login: LoggedIn): Promise<void> {
    const { subject, email, device } = login.person;
    const [iat, exp] = [login.loginAt / 1_000, login.loginAt / 1_000 + 86_400];
    const claims = { iat, exp, sub: subject, email, device_id: device };
    const { decision } = await decider.decideRequest({
      application,
      revision: directory.revision,
      token: { claims, claimsHash: subject },
      facts: {},
      deadlineMs: DEADLINE_MS,
    });
    count(login, decision.outcome === "permit", false, decision.reason);
  }

  async function dismiss(login: LoggedIn): Promise<void> {
    await revoke(store, clock, { kind: "user", id: login.person.subject });
    const takenAt = time.true;
    login.alive.change(false, takenAt, () => takenAt + REMEMBERED_MS);
  }

  return {
    async work(forMs: number): Promise<void> {
      for (const until = time.true + forMs; time.true < until; time.true += STEP_MS) {
        if (logins.length < 5 || happens(dice, 4)) await logIn();
        const recent = logins.slice(-20);
        if (recent.length === 0) continue;
        if (happens(dice, 5)) await dismiss(pick(dice, recent));
        else await ask(pick(dice, recent));
      }
    },
  };
}
