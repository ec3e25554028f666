import { afterAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderResults } from "../../../src/cli/policy-test/render-results.ts";
import { resultsToJson } from "../../../src/cli/policy-test/results-to-json.ts";
import { resultsToJunit } from "../../../src/cli/policy-test/results-to-junit.ts";
import { NOON } from "../../support/records.ts";
import { runPaths, runText } from "./wiki.ts";

const PLAIN = { color: false, width: 100 };

const DEFAULTS = `
defaults:
  application: wiki
  facts: { email: ann@example.com, country: PT, posture: { disk-encrypted: pass } }
`;

/** Names of the tests of a file, and whether they passed. */
function outcomes(text: string) {
  const { results, faults } = runText(text);
  expect(faults).toEqual([]);
  return results.map(({ test: { name }, passed }) => [name, passed]);
}

describe("a policy test", () => {
  test("passes where answer, reason and policy are as expected", () => {
    expect(
      outcomes(`${DEFAULTS}
cases:
  - { name: an engineer gets in, expect: permit, policy: Engineers on healthy laptops, reason: policy_allowed }
  - { name: so she does by the policy's id, expect: permit, policy: wiki/engineers-on-healthy-laptops }
  - { name: not from Russia, facts: { country: RU }, expect: deny, reason: no_policy_matched }
  - { name: nobody is asked to log in, facts: { nobody: true }, expect: login, reason: login_required }
`),
    ).toEqual([
      ["an engineer gets in", true],
      ["so she does by the policy's id", true],
      ["not from Russia", true],
      ["nobody is asked to log in", true],
    ]);
  });

  test("fails where any of them is not", () => {
    expect(
      outcomes(`${DEFAULTS}
cases:
  - { name: wrong answer, expect: deny }
  - { name: wrong reason, expect: permit, reason: policy_bypassed }
  - { name: wrong policy, expect: permit, policy: Robots }
  - { name: a denial that a login could turn is no plain deny, facts: { nobody: true }, expect: deny }
  - { name: a plain deny is no invitation to log in, facts: { country: RU }, expect: login }
`).map(([, passed]) => passed),
    ).toEqual([false, false, false, false, false]);
  });

  test("may be a table, a row for each thing that changes", () => {
    expect(
      outcomes(`${DEFAULTS}
cases:
  - name: by country
    expect: permit
    policy: Engineers on healthy laptops
    each:
      - { facts: { country: FR } }
      - { name: not Russia, facts: { country: RU }, expect: deny }
`),
    ).toEqual([
      ["by country (country: FR)", true],
      ["by country (not Russia)", true],
    ]);
  });

  test.each([
    ["https://wiki.example.com/eng/pages?id=1", "permit"],
    ["https://wiki.example.com:443/eng", "permit"],
    ["https://wiki.example.com/hr", "deny"],
    ["https://wiki.example.com/eng/../hr", "deny"],
    ["https://elsewhere.example.com", "deny"],
    ["wiki.example.com/eng", "deny"],
  ])("of the URL %s meets the application that is there: %s", (url, answer) => {
    const text = `${DEFAULTS}
cases: [ { name: by URL, url: "${url}", expect: ${answer} } ]`;
    expect(outcomes(text)).toEqual([["by URL", true]]);
  });

  test("file is refused with every fault at its place", () => {
    const { faults, results } = runText(`defaults:
  facts: { idp: Octa }
cases:
  - name: no application
    expect: permit
  - name: two targets
    application: wiki
    url: https://wiki.example.com/eng
    expect: permit
  - name: nothing expected
    application: wikki
    facts: { idp: Okta, ip: 1.2.3 }
  - name: a table
    application: wiki
    each:
      - { facts: { country: Utopia } }
`);
    expect(results).toEqual([]);
    expect(faults).toEqual([
      'wiki.test.yaml:2:17  defaults.facts.idp: there is no identity provider "Octa"; did you mean "Okta"?',
      "wiki.test.yaml:4:5  cases[0]: say which `application`, or which `url`",
      "wiki.test.yaml:8:10  cases[1].url: name the application or a URL, not both",
      "wiki.test.yaml:10:5  cases[2]: say what to `expect`: permit, deny or login",
      'wiki.test.yaml:11:18  cases[2].application: there is no application "wikki"; did you mean "wiki"?',
      "wiki.test.yaml:12:29  cases[2].facts.ip: expected an IP address",
      "wiki.test.yaml:16:9  cases[3].each[0]: say what to `expect`: permit, deny or login",
      'wiki.test.yaml:16:29  cases[3].each[0].facts.country: expected a country code of two letters, such as "PT"',
    ]);
  });

  test("file with an unknown key or answer is refused", () => {
    const { faults } = runText(`
cases:
  - { name: a, application: wiki, expects: permit }
  - { name: b, application: wiki, expect: allow }
`);
    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain('did you mean "expect"?');
    expect(faults[1]).toContain('expected one of "permit", "deny", "login"');
  });
});

describe("results", () => {
  const { results } = runText(`${DEFAULTS}
cases:
  - { name: an engineer gets in, expect: permit }
  - { name: "Russia & <others>", facts: { country: RU }, expect: permit, policy: Engineers on healthy laptops }
  - { name: elsewhere, url: "https://nowhere.example.com", expect: permit }
`);

  test("for people show what was expected, what came, and the trace of it", () => {
    const text = renderResults(results, NOON, { cwd: "", style: PLAIN });
    expect(text.split("\n").slice(0, 9)).toEqual([
      "✗ wiki.test.yaml  1 of 3",
      "  ✗ Russia & <others>  wiki.test.yaml:8",
      "    expected  permit by “Engineers on healthy laptops”",
      "    got       deny: no policy matched (no_policy_matched)",
      "",
      "    DENY  wiki",
      "    no policy matched",
      "    └─ ✗ Allow “Engineers on healthy laptops” does not match",
      "       ├─ include (any of)",
    ]);
    expect(text).toContain(
      "          └─ ✓ country is RU\n             └─ network.country: RU (given, just now)",
    );
    expect(text).toContain("    got       deny: no application is at this URL");
    expect(text).toEndWith("\n1 passed, 2 failed");
  });

  test("of a file in which all is well take one line", () => {
    const good = results.filter(({ passed }) => passed);
    expect(renderResults(good, NOON, { cwd: "", style: PLAIN })).toBe(
      "✓ wiki.test.yaml  1 of 1\n1 passed, 0 failed",
    );
  });

  test("as JUnit are well-formed, with the trace in the failure", async () => {
    const junit = resultsToJunit(results, NOON);
    expect(junit).toStartWith(
      '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="postern" tests="3" failures="2">',
    );
    expect(junit).toContain(
      '<testcase name="an engineer gets in" classname="wiki.test.yaml" file="wiki.test.yaml" line="7" />',
    );
    expect(junit).toContain('name="Russia &amp; &lt;others&gt;"');
    expect(junit).toContain("DENY  wiki&#10;no policy matched");
    const names: (string | null)[] = [];
    await new HTMLRewriter()
      .on("testcase", { element: (element) => void names.push(element.getAttribute("line")) })
      .transform(new Response(junit))
      .text();
    expect(names).toEqual(["7", "8", "9"]);
  });

  test("as JSON carry the trace of each failure", () => {
    const json = resultsToJson(results, NOON);
    expect(json).toMatchObject({ passed: 1, failed: 2 });
    expect(json.tests[1]).toMatchObject({
      name: "Russia & <others>",
      file: "wiki.test.yaml",
      line: 8,
      passed: false,
      expected: { answer: "permit", policy: "Engineers on healthy laptops" },
      got: { answer: "deny", reason: "no_policy_matched", policy: null },
      trace: { application: "wiki", decision: "deny" },
    });
    expect(json.tests[0]?.trace).toBeNull();
  });
});

describe("tests on disk", () => {
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  async function writeFiles(files: Readonly<Record<string, string>>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "postern-tests-"));
    folders.push(folder);
    for (const [name, text] of Object.entries(files)) await Bun.write(join(folder, name), text);
    return folder;
  }

  const GOOD = `${DEFAULTS}\ncases: [ { name: fine, expect: permit } ]`;

  test("are the files *.test.yaml of a folder and of the folders in it", async () => {
    const folder = await writeFiles({
      "a.test.yaml": GOOD,
      "team/b.test.yml": GOOD,
      "wiki.yaml": "applications: []",
      ".hidden.test.yaml": "broken: [",
      ".git/c.test.yaml": "broken: [",
      "node_modules/a/d.test.yaml": "broken: [",
    });
    const { results, faults } = await runPaths(folder);
    expect(faults).toEqual([]);
    expect(results.map(({ test: { place } }) => place.file)).toEqual([
      join(folder, "a.test.yaml"),
      join(folder, "team/b.test.yml"),
    ]);
  });

  test("do not run at all where one file has a fault, so that no fault looks like a pass", async () => {
    const folder = await writeFiles({ "a.test.yaml": GOOD, "b.test.yaml": "cases: [" });
    const { results, faults } = await runPaths(folder);
    expect(results).toEqual([]);
    expect(faults).not.toEqual([]);
  });

  test("that are not there are a fault, not a pass", async () => {
    const folder = await writeFiles({ "wiki.yaml": "applications: []" });
    expect((await runPaths(folder)).faults).toEqual([`${folder}  the folder holds no tests (*.test.yaml)`]);
    const missing = join(folder, "missing.test.yaml");
    expect((await runPaths(missing)).faults).toEqual([
      `${missing}  the file cannot be read: there is no such file`,
    ]);
  });
});
