import { describe, expect, test } from "bun:test";
import { Type as t } from "@sinclair/typebox";
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
    ["devices", "{ attributes: { own.training: done }, device: {} }", "Trained"],
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
      "attributes: { own.trainings: done }",
      '1:30  attributes["own.trainings"]: there is no attribute that a posture rule asks for "own.trainings"; did you mean "own.training"?',
    ],
    [
      "attributes: { training: done }",
      '1:25  attributes.training: is no attribute of a plugin\'s own; write "own.training"',
    ],
    [
      "attributes: { own.training: { a: 1 } }",
      '1:29  attributes["own.training"]: expected a text, number, boolean, list of texts, or null for none, found a mapping',
    ],
    [
      "posture: { trained: pass }",
      "1:21  posture.trained: nobody but a plugin tells own.training; say it under attributes, or under unknown",
    ],
    [
      "unknown: [grups]",
      '1:11  unknown[0]: "grups" is nothing that could be unknown; did you mean "groups"?',
    ],
    [
      "unknown: [service_token]",
      '1:11  unknown[0]: "service_token" is nothing that could be unknown; name a field such as groups, device.os or own.NAME',
    ],
    ["{ groups: [a], unknown: [groups] }", '1:26  unknown[0]: "groups" is given, too; leave one out'],
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

describe("a value that no plugin says of its attribute", () => {
  const schemas = new Map([["own.training", [t.Union([t.Literal("begun"), t.Literal("done")])]]]);
  const faultsOf = (value: string) =>
    readFactsFile("facts.yaml", `attributes: { own.training: ${value} }`, set, NOON, schemas).faults.map(
      ({ message }) => message,
    );

  test("is refused, where the plugin is configured", () => {
    expect(faultsOf("doen")).toEqual(['attributes["own.training"]: expected one of "begun", "done"']);
    expect(faultsOf("done")).toEqual([]);
    expect(faultsOf("null")).toEqual([]);
  });
});

describe("an attribute of a plugin's own", () => {
  test.each([
    ["that is absent is missing", "{ attributes: { own.training: null } }", "undecided"],
    ["that is listed as unknown is", "{ unknown: [own.training] }", "undecided"],
  ])("%s", (_, text, reason) => {
    const { facts } = read(text);
    expect(decide("devices", text)).toBe(reason);
    expect(facts["own.training"]?.state).toBe(text.includes("null") ? "absent" : undefined);
  });
});

describe("facts laid over others", () => {
  test("forget what is unknown above, and are unknown no longer where something is given above", () => {
    const below = {
      email: "ann@example.com",
      country: "PT",
      device: { warp: true, hostname: "a" },
      attributes: { "own.a": 1, "own.b": 2 },
    };
    const unknown = ["country", "device.warp", "own.a"];
    const forgotten = mergeFacts(below, { unknown });
    expect(forgotten).toEqual({
      email: "ann@example.com",
      device: { hostname: "a" },
      attributes: { "own.b": 2 },
      unknown,
    });
    expect(mergeFacts(forgotten, { country: "FR", attributes: { "own.a": 3 } })).toEqual({
      ...forgotten,
      country: "FR",
      attributes: { "own.a": 3, "own.b": 2 },
      unknown: ["device.warp"],
    });
  });

  test("leave a person of whom a field is unknown somebody", () => {
    const forgotten = mergeFacts({ email: "ann@example.com" }, { unknown: ["email"] });
    expect(forgotten).toEqual({ unknown: ["email"] });
    expect(mergeFacts({ nobody: true }, { unknown: ["email"] })).toEqual({ unknown: ["email"] });
    expect(mergeFacts({ country: "PT", unknown: ["email"] }, { nobody: true })).toEqual({
      nobody: true,
      country: "PT",
    });
    expect(decide("groups", "{ unknown: [email] }")).toBe("undecided");
  });

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
