import { describe, expect, test } from "bun:test";
import { lintPolicies } from "../../src/core/lint/lint.ts";
import { policySetOf } from "../policies/support.ts";
import { lintText, wikiWith } from "./support.ts";

const EVERYONE = "include: [{ everyone: {} }]";

function describeFindings(text: string): readonly string[] {
  return lintText(text).map(
    ({ rule, object, acknowledged }) => `${rule} of ${object.name}: ${acknowledged ?? "open"}`,
  );
}

describe("an acknowledgement", () => {
  test("of a policy keeps the finding, with the author's reason", () => {
    const text = wikiWith([
      `{ name: P, decision: bypass, ${EVERYONE}, acknowledge: { anyone-can-enter: "public status page" } }`,
    ]);
    expect(describeFindings(text)).toEqual(["anyone-can-enter of P: public status page"]);
  });

  test("accepts the one finding that it names", () => {
    const text = wikiWith([
      `{ name: P, decision: service_auth, ${EVERYONE}, acknowledge: { anyone-can-enter: meant } }`,
    ]);
    expect(describeFindings(text)).toEqual([
      "anyone-can-enter of P: meant",
      "service-auth-without-credential of P: open",
    ]);
  });

  test("on the application is not one of its policy", () => {
    const text = wikiWith(
      [`{ name: P, decision: bypass, ${EVERYONE} }`],
      "",
      "acknowledge: { anyone-can-enter: meant }",
    );
    expect(describeFindings(text)).toEqual([
      "unused-acknowledgement of wiki: open",
      "anyone-can-enter of P: open",
    ]);
  });

  test("can stand on applications, groups, lists and posture rules", () => {
    const text = `
applications:
  - name: admin
    domain: "*.example.com/admin"
    acknowledge: { shadowed-application: the wiki has no admins }
    policies: [{ name: P, decision: allow, include: [{ email: { email: a@b.com } }], require: [{ device_posture: { integration_uid: R } }] }]
  - { name: wiki, domain: wiki.example.com, policies: [{ name: Q, decision: allow, include: [{ email: { email: a@b.com } }] }] }
groups: [{ name: G, include: [{ email: { email: a@b.com } }], acknowledge: { unused-group: for the next application } }]
lists: [{ name: L, type: IP, items: [{ value: 10.0.0.1/8 }], acknowledge: { host-bits-set: as exported } }]
posture_rules:
  - { name: R, type: disk_encryption, input: { requireAll: true }, acknowledge: { stale-forever: checked by hand } }`;
    expect(describeFindings(text).toSorted()).toEqual([
      "host-bits-set of L: as exported",
      "shadowed-application of admin: the wiki has no admins",
      "stale-forever of R: checked by hand",
      "unused-group of G: for the next application",
    ]);
  });

  test("of what is not found, or of no lint rule at all, is found itself", () => {
    const text = wikiWith([
      "{ name: P, decision: allow, include: [{ email: { email: a@b.com } }], acknowledge: { anyone-can-entre: meant } }",
    ]);
    expect(lintText(text).map(({ rule, reason }) => `${rule}: ${reason}`)).toEqual([
      'unused-acknowledgement: "P" acknowledges anyone-can-entre, which is not found there',
    ]);
  });

  test("of a missing provider is left alone where it is not known what is provided", () => {
    const risky = "include: [{ user_risk_score: { user_risk_score: [high] } }]";
    const acknowledge = "acknowledge: { no-provider-for-attribute: the plugin is on its way }";
    const set = policySetOf(wikiWith([`{ name: P, decision: allow, ${risky}, ${acknowledge} }`]));
    expect(lintPolicies(set, null)).toEqual([]);
    expect(lintPolicies(set, new Set()).map(({ acknowledged }) => acknowledged)).toEqual([
      "the plugin is on its way",
    ]);
  });
});
