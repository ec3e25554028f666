import { readFactsFile } from "../../../src/cli/policy-test/facts-file.ts";
import { readPolicyTests, type TestsRead } from "../../../src/cli/policy-test/read-tests.ts";
import { runPolicyTests } from "../../../src/cli/policy-test/run-tests.ts";
import { readPolicies } from "../../../src/config/policies/read-policies.ts";
import { readSource } from "../../../src/config/source.ts";
import { compilePolicySet } from "../../../src/core/compile.ts";
import { decodeFacts, encodeFacts } from "../../../src/core/fact-json.ts";
import type { PolicySet } from "../../../src/core/model.ts";
import { NOON } from "../../support/records.ts";
import { hold, type Target } from "../target.ts";
import { checkFaults } from "./places.ts";
import { POLICIES } from "./policies.ts";

const set = policySetOf(POLICIES);
const compiled = compilePolicySet(set);

const FACTS = `email: ada@example.com
idp: Okta
groups: [ops]
country: PT
ip: 192.0.2.7
service_token: null
device: { id: laptop, platform: linux, warp: true, os: { version: "6.1" }, disks: { /: true } }
posture: { WARP: pass }
`;
const TESTS = `defaults: { application: wiki, facts: { email: ada@example.com, country: PT } }
cases:
  - { name: Ada gets in, facts: { posture: { WARP: pass } }, expect: permit }
  - name: Others do not
    expect: deny
    each: [ { facts: { email: mallory@example.com } }, { url: "https://x.example.com/a" }, { facts: { nobody: true }, expect: login } ]
`;
const DICTIONARY = [
  "null",
  "true",
  "nobody: true\n",
  "email: ",
  "groups: ",
  "idp: GitHub",
  "service_token: CI",
  "[",
  "]",
  "{",
  "}",
  ", ",
  ": ",
  "\n  ",
  "- ",
  "&a ",
  "*a",
  "__proto__: 1\n",
  "constructor: 1\n",
  "#",
  "'",
  "1e999",
  "reason: undecided",
  "url: https://wiki.example.com/eng/../x",
];

type FactsRead = ReturnType<typeof readFactsFile>;

export function readFactsText(text: string): FactsRead {
  return readFactsFile("facts.yaml", text, set, NOON);
}

export function readTestsText(text: string): TestsRead {
  return readPolicyTests(readSource("a.test.yaml", text), set, NOON);
}

/** Files of facts, as `explain --facts` takes them. */
export function factsFileTarget(read: (text: string) => FactsRead = readFactsText): Target {
  return {
    name: "facts-file",
    corpus: [FACTS, "nobody: true\n", "{}"],
    dictionary: DICTIONARY,
    check(text) {
      const { facts, faults } = read(text);
      checkFaults(faults, text);
      hold((facts === null) === faults.length > 0, "there are facts, or there are faults");
      if (facts === null) return false;
      const again = decodeFacts(JSON.parse(JSON.stringify(encodeFacts(facts))));
      hold(Bun.deepEquals(again, facts, true), "facts survive being written down");
      return true;
    },
  };
}

/** Files of policy tests, each of which is run. */
export function testFileTarget(read: (text: string) => TestsRead = readTestsText): Target {
  return {
    name: "test-file",
    corpus: [TESTS, "cases: [ { name: a, application: wiki, expect: login } ]\n"],
    dictionary: [...DICTIONARY, "cases:\n", "each: ", "expect: permit", "defaults: "],
    check(text) {
      const { tests, faults } = read(text);
      checkFaults(faults, text);
      hold((tests.length === 0) === faults.length > 0, "there are tests, or there are faults");
      const results = runPolicyTests(tests, compiled, NOON);
      hold(
        results.every(({ passed, trace, decision }) => passed || (trace === null) === (decision === null)),
        "a failure has its trace",
      );
      return tests.length > 0;
    },
  };
}

function policySetOf(text: string): PolicySet {
  const { policySet } = readPolicies([{ file: "policies.yaml", text }]);
  if (policySet === null) throw new Error("the policies of the fuzzer are faulty");
  return policySet;
}
