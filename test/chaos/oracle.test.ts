import { describe, expect, test } from "bun:test";
import { FaultWindows } from "../../scripts/chaos/fault-windows.ts";
import { judge } from "../../scripts/chaos/oracle.ts";
import { createPerson } from "../../scripts/chaos/people.ts";
import { Timeline } from "../../scripts/chaos/timeline.ts";

describe("something that changes", () => {
  const changing = new Timeline(true);
  changing.change(false, 10, () => 20);

  test.each([
    ["before it may have changed", 0, 9, { true: true, false: false }],
    ["when it may have changed", 9, 10, { true: true, false: true }],
    ["while it may still not have changed", 19, 30, { true: true, false: true }],
    ["once it must have changed", 20, 30, { true: false, false: true }],
  ])("%s", (_, start, end, possible) => {
    expect(changing.during(start, end)).toEqual(possible);
  });
});

/** The oracle's word on an answer to somebody who was dismissed at 100, with a fault from 50 to 60. */
function judgeAt(at: number, permitted: boolean, writes = false): string {
  const faults = new FaultWindows();
  faults.begin(50, "writes")(60);
  const login = { person: createPerson("ada"), loginAt: 0, alive: new Timeline(true) };
  login.alive.change(false, 1_000, () => 1_100);
  return judge({ login, asksDevice: false, writes, startedAt: at, endedAt: at, permitted }, faults);
}

describe("the oracle", () => {
  test.each([
    ["a permit for somebody who works here", 0, true, false, "right"],
    ["a denial for somebody who works here", 0, false, false, "wrong_deny"],
    ["a denial where a fault kept it from being written down", 55, false, true, "excused"],
    ["a denial where the fault concerned writes alone", 55, false, false, "wrong_deny"],
    ["a denial long after the fault", 900, false, true, "wrong_deny"],
    ["a permit while the dismissal goes round", 1_050, true, false, "right"],
    ["a denial while the dismissal goes round", 1_050, false, false, "right"],
    ["a permit after it", 1_100, true, false, "wrong_permit"],
    ["a permit after it that a fault cannot excuse", 1_100, true, true, "wrong_permit"],
    ["a denial after it", 1_100, false, false, "right"],
  ])("judges %s", (_, at, permitted, writes, judgement) => {
    expect(judgeAt(at, permitted, writes)).toBe(judgement);
  });
});
