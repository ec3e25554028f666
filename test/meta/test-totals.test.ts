import { describe, expect, test } from "bun:test";
import { readSkipped, readTotals, renderTotals } from "../../scripts/test-totals.ts";

describe("the totals of a run", () => {
  test.each([
    ["all well", " 12 pass\n 0 fail\n", 0, "12 passed, 0 failed"],
    [
      "as the dots reporter prints them",
      "...\n12 pass\n3 skip\n0 fail\n",
      0,
      "12 passed, 0 failed, 3 skipped",
    ],
    ["a failure", " 3 pass\n 2 fail\n 1 error\n", 1, "3 passed, 2 failed"],
    ["in colour", "\u001b[32m 7 pass\u001b[0m\n\u001b[2m 0 fail\u001b[0m\n", 0, "7 passed, 0 failed"],
    [
      "what a test itself printed before",
      " 99 pass\n 99 fail\n...\n 1 pass\n 0 fail\n",
      0,
      "1 passed, 0 failed",
    ],
  ])("%s", (_, output, exitCode, totals) => {
    expect(renderTotals(readTotals(output, exitCode))).toBe(totals);
  });

  test.each([
    ["a test that ended the process with code 0", "test/a.test.ts:\n", 0],
    ["a crash", "panic: segmentation fault\n", 132],
    ["a run that says all is well and exits otherwise", " 5 pass\n 0 fail\n", 1],
  ])("of %s is a failure", (_, output, exitCode) => {
    expect(readTotals(output, exitCode).failed).toBe(1);
  });
});

test("what was skipped is named by file, group and test", () => {
  const junit = `<testsuites>
    <testcase name="one" classname="nginx &gt; asks" time="0" file="test/a.test.ts" line="3" assertions="0">
      <skipped />
    </testcase>
    <testcase name="runs" classname="" time="0" file="test/a.test.ts" line="4" assertions="1" />
    <testcase name="a &quot;b&quot;" classname="" time="0" file="test/b.test.ts" line="3" assertions="0">
      <skipped />
    </testcase>
    <testcase name="fails" classname="" time="0" file="test/b.test.ts" line="3" assertions="0">
      <failure type="Error" message="x">x</failure>
    </testcase>
  </testsuites>`;
  expect(readSkipped(junit)).toEqual(["test/a.test.ts: nginx > asks > one", 'test/b.test.ts: a "b"']);
});
