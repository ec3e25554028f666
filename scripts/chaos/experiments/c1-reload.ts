import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadLivePolicies } from "../../../src/cli/live-policies.ts";
import { systemClock } from "../../../src/clock.ts";
import { readPolicies } from "../../../src/config/policies/read-policies.ts";
import { evaluate } from "../../../src/core/evaluate.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../../../src/core/policy-directory.ts";
import { createLog } from "../../../src/observe/log.ts";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { factsOfIdentity } from "../../../src/session/access-identity.ts";
import { type Dice, happens, pick, seededDice } from "../../../test/oracle/dice.ts";
import { policySetOf } from "../../../test/policies/support.ts";
import { personNamed } from "../../../test/support/played-access.ts";
import type { Experiment, Extent } from "../experiment.ts";
import { FaultWindows } from "../fault-windows.ts";
import { FAULTY_POLICIES } from "../faulty-policies.ts";
import { judge } from "../oracle.ts";
import { createPerson, type LoggedIn, type Person } from "../people.ts";
import { policiesWithout } from "../policies.ts";
import { type Report, Tally } from "../tally.ts";
import { Timeline } from "../timeline.ts";

/** Policies that serve, and are loaded anew. */
interface Policies {
  current(): PolicyDirectory;
  reload(): Promise<void>;
  close(): void;
}

type OpenPolicies = (path: string) => Promise<Policies>;

const FAULTY_PERCENT = 30;
const ASKED_PER_RELOAD = 40;

/** Policies change all the time, and every third change is faulty. */
export const c1Reload: Experiment = {
  name: "C1",
  title: "policies reloaded under load, 30 % of them faulty",
  servers: [],
  run: (extent) => run(openLive, extent),
  controls: [
    {
      without: "the last good set, where the new one is faulty",
      shows: "wrongPermits",
      run: (extent) => run(openCareless, extent),
    },
  ],
};

async function run(openPolicies: OpenPolicies, extent: Extent): Promise<Report> {
  const [tally, dice] = [new Tally(), seededDice(extent.seed)];
  const folder = await mkdtemp(join(tmpdir(), "postern-chaos-"));
  const path = join(folder, "policies.yaml");
  await writeFile(path, policiesWithout([]));
  const policies = await openPolicies(path);
  const logins = Array.from({ length: 8 }, (_, n) => logInOf(createPerson(`person-${n}`)));
  const endsAt = performance.now() + extent.seconds * 1_000;
  try {
    while (tally.requests < extent.requests && performance.now() < endsAt) {
      const settle = await changePolicies(path, logins, dice);
      tally.countFault();
      let isDone = false;
      const reloaded = policies.reload().then(() => {
        isDone = true;
        settle();
      });
      for (let n = 0; n < ASKED_PER_RELOAD || !isDone; n++) {
        ask(policies.current(), pick(dice, logins), tally);
        if (n % 4 === 0) await Bun.sleep(1);
      }
      await reloaded;
      extent.onProgress({ requests: tally.requests, faults: tally.report().faults });
    }
  } finally {
    policies.close();
    await rm(folder, { recursive: true });
  }
  return tally.report();
}

function logInOf(person: Person): LoggedIn {
  return { person, loginAt: 0, alive: new Timeline(true) };
}

/** Puts other policies into the file, sound or faulty. To be called back when they have been loaded. */
async function changePolicies(path: string, logins: readonly LoggedIn[], dice: Dice): Promise<() => void> {
  const out = pick(dice, logins);
  const sound = policiesWithout([out.person.email]);
  const isFaulty = happens(dice, FAULTY_PERCENT);
  let doneAt = Number.POSITIVE_INFINITY;
  if (!isFaulty) {
    const now = performance.now();
    for (const login of logins) login.person.listed.change(login !== out, now, () => doneAt);
  }
  await put(path, isFaulty ? pick(dice, FAULTY_POLICIES)(sound) : sound, isFaulty && happens(dice, 50));
  return () => {
    doneAt = performance.now();
  };
}

/** Writes in place or, as it should be done, beside it. */
async function put(path: string, text: string, inPlace: boolean): Promise<void> {
  if (inPlace) return writeFile(path, text);
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
}

const NO_FAULTS = new FaultWindows();

function ask(directory: PolicyDirectory, login: LoggedIn, tally: Tally): void {
  const startedAt = performance.now();
  const application = directory.findByName("wiki");
  if (application === null) throw new Error("the policies that serve have lost an application");
  const facts = factsOfIdentity({ ...personNamed(login.person.name) }, systemClock());
  const { outcome, reason } = evaluate(application, facts, systemClock());
  const permitted = outcome === "permit";
  const answered = {
    login,
    asksDevice: false,
    writes: false,
    startedAt,
    endedAt: performance.now(),
    permitted,
  };
  tally.count(judge(answered, NO_FAULTS), permitted, () => `${reason} for ${login.person.name}`);
}

const openLive: OpenPolicies = (path) =>
  loadLivePolicies({
    path,
    clock: systemClock,
    log: createLog({ clock: systemClock, level: "error", destination: { write: () => {} } }),
    metrics: createMetrics(),
    findFaults: () => [],
  });

/** Where a file is faulty it makes do with policies that keep nobody out. */
const openCareless: OpenPolicies = async (path) => {
  const fallback = createPolicyDirectory(policySetOf(policiesWithout([])));
  let current = fallback;
  return {
    current: () => current,
    async reload() {
      const { policySet } = readPolicies([{ file: path, text: await readFile(path, "utf8") }]);
      current = policySet === null ? fallback : createPolicyDirectory(policySet);
    },
    close: () => {},
  };
};
