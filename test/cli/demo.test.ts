import { expect, test } from "bun:test";
import { Workspace } from "../support/run-verb.ts";

test("the demo ends by itself, and prints who got in, who did not, and why", async () => {
  using workspace = new Workspace();
  const { code, out, err } = await workspace.runProcess(["demo"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).not.toContain("\u001b");
  const told = [
    ["✓", "ada", "wiki", "an Allow policy matched: “Staff on encrypted laptops”"],
    ["✗", "bob", "wiki", "does not match: posture"],
    ["✗", "dan", "wiki", "unknown: posture"],
    ["✗", "mallory", "wiki", "excluded: e-mail is mallory@example.com"],
    ["✓", "carla", "payroll", "an Allow policy matched"],
    ["✗", "carla", "payroll", "does not match: group"],
    ["✗", "eve", "payroll", "blocked by “No contractors”"],
    ["✓", "build robot", "metrics", "a Service Auth policy matched"],
    ["✗", "carla", "payroll", "403: the token's signature does not hold; nothing was signed"],
  ] as const;
  const [logins = "", session = ""] = out.split("And while a session lives?");
  const rows = logins.split("\n").filter((line) => /^[✓✗] /.test(line));
  expect(rows).toHaveLength(told.length);
  for (const [index, [mark, who, application, why]] of told.entries()) {
    const row = rows[index] ?? "";
    expect(row).toStartWith(`${mark}  ${who}`);
    expect(row).toMatch(new RegExp(` ${application} .*${RegExp.escape(why)}`));
  }
  expect(out).toContain("Why was dan kept out?");
  expect(session).toMatch(/^✓ {2}200 {2}ada logged in a moment ago/m);
  expect(session).toMatch(
    /^✗ {2}403 {2}the same login, the same token: does not match: posture "In good order"/m,
  );
  for (const verb of ["init", "test", "serve"]) expect(out).toContain(`npm run postern -- ${verb} `);
}, 180_000);
