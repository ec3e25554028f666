import { systemClock } from "../../../src/clock.ts";
import { CERTS_AS_USUAL, type PlayedAccess, playAccess } from "../../../test/support/played-access.ts";
import type { Experiment, Extent } from "../experiment.ts";
import { FaultWindows } from "../fault-windows.ts";
import { postEvaluation, postRevocation } from "../http-calls.ts";
import { judge } from "../oracle.ts";
import { createPerson, type LoggedIn } from "../people.ts";
import { PosternProcess } from "../postern-process.ts";
import { type Report, Tally } from "../tally.ts";
import { Timeline } from "../timeline.ts";

const UNDER_WAY = 10;
/** How long Access takes over its keys, and so those who log in first wait. */
const KEYS_TAKE_MS = 500;
const SIGNAL_AFTER_MS = 250;
const EXITS_WITHIN_MS = 10_000;

/** What goes wrong in a control. */
interface Weakness {
  /** SIGKILL in the place of SIGTERM. */
  readonly cutOff: boolean;
  /** A disk that has lost what it had confirmed. */
  readonly forgetfulDisk: boolean;
}

/** `postern serve` is asked to end while it works, and killed just after it has taken a revocation. */
export const s1Signals: Experiment = {
  name: "S1",
  title: "SIGTERM and SIGKILL under load",
  servers: [],
  run: (extent) => run(extent, { cutOff: false, forgetfulDisk: false }),
  controls: [
    {
      without: "the time to finish what is under way",
      shows: "errors",
      run: (extent) => run(extent, { cutOff: true, forgetfulDisk: false }),
    },
    {
      without: "a disk that keeps what it has confirmed",
      shows: "wrongPermits",
      run: (extent) => run(extent, { cutOff: false, forgetfulDisk: true }),
    },
  ],
};

async function run(extent: Extent, weakness: Weakness): Promise<Report> {
  const tally = new Tally();
  const access = playAccess();
  await using postern = await PosternProcess.create(access);
  try {
    const endsAt = performance.now() + extent.seconds * 1_000;
    let hired = 0;
    const hire = () => logInOf(`person-${hired++}`);
    await postern.start();
    do {
      await terminate(postern, access, hire, tally, weakness.cutOff);
      await kill(postern, hire, tally, weakness.forgetfulDisk);
      extent.onProgress({ requests: tally.requests, faults: tally.report().faults });
    } while (tally.requests < extent.requests && performance.now() < endsAt);
    return tally.report();
  } finally {
    await access.stop();
  }
}

function logInOf(name: string): LoggedIn {
  const loginAt = Math.floor(systemClock() / 1_000) * 1_000;
  return { person: createPerson(name), loginAt, alive: new Timeline(true) };
}

/** Everything that was under way is answered before it ends. */
async function terminate(
  postern: PosternProcess,
  access: PlayedAccess,
  hire: () => LoggedIn,
  tally: Tally,
  cutOff: boolean,
): Promise<void> {
  tally.countFault();
  await postern.end("SIGTERM");
  access.respond = async () => {
    await Bun.sleep(KEYS_TAKE_MS);
    return CERTS_AS_USUAL();
  };
  await postern.start();
  const answers = Promise.all(Array.from({ length: UNDER_WAY }, () => logIn(postern, hire(), tally)));
  await Bun.sleep(SIGNAL_AFTER_MS);
  const askedAt = performance.now();
  const exitCode = await postern.end(cutOff ? "SIGKILL" : "SIGTERM");
  await answers;
  access.respond = CERTS_AS_USUAL;
  if (performance.now() - askedAt > EXITS_WITHIN_MS) tally.countLate(() => "the end");
  if (exitCode !== 0 && !cutOff) tally.count("error", false, () => `it ended with ${exitCode}`);
  await postern.start();
}

/** What was confirmed before it was killed is still so afterwards. */
async function kill(
  postern: PosternProcess,
  hire: () => LoggedIn,
  tally: Tally,
  forgetfulDisk: boolean,
): Promise<void> {
  tally.countFault();
  const [dismissed, staying] = [hire(), hire()];
  await Promise.all([logIn(postern, dismissed, tally), logIn(postern, staying, tally)]);
  const keys = await postern.keys();
  const forget = await postern.copyStore();
  await postRevocation(postern.urlOf("admin"), { kind: "user", id: dismissed.person.subject });
  const takenAt = performance.now();
  dismissed.alive.change(false, takenAt, () => takenAt);
  await postern.end("SIGKILL");
  if (forgetfulDisk) await forget();
  await postern.start();
  if ((await postern.keys()) !== keys) tally.count("error", false, () => "it came back with other keys");
  await Promise.all([
    logIn(postern, dismissed, tally),
    logIn(postern, staying, tally),
    logIn(postern, hire(), tally),
  ]);
}

const NO_FAULTS = new FaultWindows();

async function logIn(postern: PosternProcess, login: LoggedIn, tally: Tally): Promise<void> {
  const startedAt = performance.now();
  try {
    const permitted = await postEvaluation(postern.urlOf("public"), login);
    const endedAt = performance.now();
    const answered = { login, asksDevice: false, writes: true, startedAt, endedAt, permitted };
    tally.count(judge(answered, NO_FAULTS), permitted, () => `for ${login.person.name}`);
    tally.addLatency(endedAt - startedAt);
  } catch (error) {
    tally.count("error", false, () => (error instanceof Error ? error.message : "failure"));
  }
}
