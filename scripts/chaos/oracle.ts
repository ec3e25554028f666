import type { FaultWindows } from "./fault-windows.ts";
import type { LoggedIn } from "./people.ts";
import type { Judgement } from "./tally.ts";

/** One request that was answered, on the clock of the bench in milliseconds. */
export interface Answered {
  readonly login: LoggedIn;
  /** Whether the application asks for a healthy device too. */
  readonly asksDevice: boolean;
  /** Whether answering has to write into the store. */
  readonly writes: boolean;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly permitted: boolean;
}

/**
 * Knows the right answer of each request: from what is true of the person, the device and the login, and
 * from the faults, which excuse a denial and never a permit.
 */
export function judge(answered: Answered, faults: FaultWindows): Exclude<Judgement, "error"> {
  const { login, asksDevice, startedAt, endedAt, permitted } = answered;
  const { person, alive } = login;
  const asked = [person.listed, alive, ...(asksDevice ? [person.healthy] : [])];
  const possible = asked.map((truth) => truth.during(startedAt, endedAt));
  if (permitted) return possible.every((each) => each.true) ? "right" : "wrong_permit";
  if (possible.some((each) => each.false)) return "right";
  return faults.excuse(startedAt, endedAt, answered) ? "excused" : "wrong_deny";
}
