import { describe, expect, test } from "bun:test";
import { readFactsFile } from "../../../src/cli/policy-test/facts-file.ts";
import { mergeFacts } from "../../../src/cli/policy-test/merge-facts.ts";
import { compilePolicySet } from "../../../src/core/compile.ts";
import { evaluate } from "../../../src/core/evaluate.ts";
import { renderFault } from "../../../src/core/place.ts";
import { NOON } from "../../support/records.ts";
import { readWiki } from "./wiki.ts";

const set = readWiki();
const policies = compilePolicySet(set);

function read(text: string) {
  const { facts, faults } = readFactsFile("facts.yaml", text, set, NOON);
  return { facts: facts ?? {}, faults: faults.map(renderFault) };
}

/** Which policy permits, or why none does. */
function decide(application: string, text: string): string {
  const { facts, faults } = read(text);
  expect(faults).toEqual([]);
  const compiled = policies.applications.get(application);
  if (compiled === undefined) throw new Error(`no application ${application}`);
  const { outcome, policy, reason } = evaluate(compiled, facts, NOON);
  return outcome === "permit" && policy !== null ? policy.name : reason;
}

describe("facts as people write them", () => {
  test.each([
    [
      "wiki",
      "{ email: ann@example.com, country: PT, posture: { disk-encrypted: pass } }",
      "Engineers on healthy laptops",
    ],
    [
      "wiki",
      "{ email: ann@example.com, country: PT, posture: { Disk is encrypted: pass } }",
      "Engineers on healthy laptops",
    ],
    [
      "wiki",
      "{ email: ann@example.com, country: PT, device: { disks: { 'C:': true } } }",
      "Engineers on healthy laptops",
    ],
    ["build", "{ service_token: CI }", "Robots"],
    ["build", "{ service_token: ci }", "Robots"],
    ["build", "{ linked_app: wiki }", "Robots"],
    ["build", "{ certificate: { common_name: build-1 } }", "Certified"],
    ["build", "{ ip: 192.0.2.7 }", "Certified"],
    ["groups", "{ idp: Okta, groups: [Engineers] }", "Okta"],
    ["groups", "{ idp: github, groups: [ACME] }", "GitHub"],
    ["groups", "{ idp: Google, groups: [Team@example.com] }", "Google"],
    ["groups", "{ idp: okta, saml: { dept: R&D } }", "SAML"],
    ["groups", "{ idp: okta, oidc: { role: [user, admin] } }", "OIDC"],
    ["groups", "{ idp: okta, auth_contexts: [c1] }", "Context"],
    ["groups", "{ auth_methods: [pwd, hwk] }", "Method"],
    ["groups", "{ risk: low }", "Risk"],
    ["groups", "{ accounts: ['17'] }", "Member"],
    ["groups", "{ evaluations: { 'https://hr.example.com/ok': true } }", "Asked"],
    ["devices", "{ device: { warp: true } }", "Warp"],
    ["devices", "{ device: { platform: windows, firewall: true } }", "Firewall"],
    ["devices", "{ device: { platform: linux, os: { version: 6.1.10 } } }", "New Linux"],
    ["devices", "{ attributes: { training: done }, device: {} }", "Trained"],
    ["devices", "{ providers: { kolide-1: { issue_count: 0 } } }", "Healthy"],
  ])("for %s, %s lets in by %s", (application, text, policy) => {
    expect(decide(application, text)).toBe(policy);
  });

  test.each([
    ["what is left out is unknown", "wiki", "{ email: ann@example.com, country: PT }", "undecided"],
    [
      "a posture said to be unknown is",
      "wiki",
      "{ email: ann@example.com, country: PT, posture: { disk-encrypted: unknown } }",
      "undecided",
    ],
    [
      "a posture that fails does not match",
      "wiki",
      "{ email: ann@example.com, country: PT, posture: { disk-encrypted: fail } }",
      "no_policy_matched",
    ],
    [
      "without a person field nobody has logged in",
      "wiki",
      "{ country: PT, posture: { disk-encrypted: pass } }",
      "login_required",
    ],
    [
      "`nobody: true` says the same",
      "wiki",
      "{ nobody: true, country: PT, posture: { disk-encrypted: pass } }",
      "login_required",
    ],
    ["nobody was asked about by External Evaluation", "groups", "{ nobody: true }", "login_required"],
    ["a credential that is not given was not sent", "build", "{ ip: 198.51.100.1 }", "no_policy_matched"],
    [
      "null is absent, and proves that a group does not match",
      "groups",
      "{ idp: okta, groups: null, saml: null, oidc: null, auth_contexts: null, auth_methods: [], risk: high, accounts: null, evaluations: { 'https://hr.example.com/ok': false } }",
      "no_policy_matched",
    ],
    [
      "a group of another login method does not match",
      "groups",
      "{ idp: Google, groups: [Engineers], saml: {}, oidc: {}, auth_contexts: [], auth_methods: [], risk: high, accounts: [], evaluations: { 'https://hr.example.com/ok': false } }",
      "no_policy_matched",
    ],
    [
      "Okta's group names keep their case",
      "groups",
      "{ idp: Okta, groups: [engineers], saml: {}, oidc: {}, auth_contexts: [], auth_methods: [], risk: high, accounts: [], evaluations: { 'https://hr.example.com/ok': false } }",
      "no_policy_matched",
    ],
  ])("%s", (_, application, text, reason) => {
    expect(decide(application, text)).toBe(reason);
  });

  test.each([
    ["email: ann", "1:8  email: expected an e-mail address"],
    ["ip: 10.0.0.300", "1:5  ip: expected an IP address"],
    ["country: Portugal", '1:10  country: expected a country code of two letters, such as "PT"'],
    ["idp: Octa", '1:6  idp: there is no identity provider "Octa"; did you mean "Okta"?'],
    [
      "posture: { disk-encripted: pass }",
      '1:28  posture.disk-encripted: there is no posture rule "disk-encripted"; did you mean "disk-encrypted"?',
    ],
    ["service_token: xyz", '1:16  service_token: there is no service token "xyz"'],
    [
      "attributes: { trainings: done }",
      '1:26  attributes.trainings: there is no attribute that a posture rule asks for "trainings"; did you mean "training"?',
    ],
    [
      "providers: { jamf: { compliant: true } }",
      '1:20  providers.jamf: there is no connection that a posture rule asks "jamf"',
    ],
    [
      "device: { platform: amiga }",
      "1:21  device.platform: expected one of windows, mac, linux, android, ios, chromeos",
    ],
    [
      "{ nobody: true, email: a@example.com }",
      "1:24  email: nobody has logged in here; leave out either this or `nobody`",
    ],
    [
      "{ email: a@example.com, service_token: ci }",
      "1:40  service_token: a request with a service token counts no person; say `nobody: true`, or leave the token out",
    ],
  ])("%s is refused where it stands", (text, fault) => {
    expect(read(text).faults).toEqual([`facts.yaml:${fault}`]);
  });

  test("an unknown field is refused with the one that was meant", () => {
    const [fault = ""] = read("emial: a@example.com").faults;
    expect(fault).toStartWith("facts.yaml:1:1  ");
    expect(fault).toContain('did you mean "email"?');
  });
});

describe("facts laid over others", () => {
  test("replace values and lists, and join mappings", () => {
    expect(
      mergeFacts(
        {
          country: "PT",
          groups: ["a"],
          posture: { disk: "pass", os: "pass" },
          device: { disks: { C: true } },
        },
        { groups: ["b"], posture: { disk: "fail" }, device: { disks: { D: false } } },
      ),
    ).toEqual({
      country: "PT",
      groups: ["b"],
      posture: { disk: "fail", os: "pass" },
      device: { disks: { C: true, D: false } },
    });
  });

  test("take the person away with `nobody`, and bring one back", () => {
    const person = { email: "ann@example.com", groups: ["a"], country: "PT" };
    expect(mergeFacts(person, { nobody: true })).toEqual({ nobody: true, country: "PT" });
    expect(mergeFacts({ nobody: true, country: "PT" }, person)).toEqual(person);
  });
});
