import { type PoliciesRead, readPolicies } from "../../../src/config/policies/read-policies.ts";
import { readSource } from "../../../src/config/source.ts";
import { compilePolicySet } from "../../../src/core/compile.ts";
import { evaluate } from "../../../src/core/evaluate.ts";
import { explain } from "../../../src/core/explain.ts";
import { NOON } from "../../support/records.ts";
import { hold, type Target } from "../target.ts";
import { checkFaults } from "./places.ts";

type ReadPoliciesText = (text: string) => PoliciesRead;

export const POLICIES = `applications:
  - name: wiki
    domain: wiki.example.com/eng
    session_duration: 24h
    policies:
      - name: Engineers on healthy laptops
        decision: allow
        include: [ { email_domain: { domain: example.com } }, { group: { id: crew } } ]
        require: [ { device_posture: { integration_uid: warp } } ]
        exclude: [ { email: { email: mallory@example.com } }, { geo: { country_code: NO } } ]
      - { name: Robots, decision: service_auth, include: [ { service_token: { token_id: ci } } ] }
  - { name: status, domain: "*.example.com", policies: [ open ] }
policies:
  - { id: open, name: Open, decision: bypass, include: [ { ip: { ip: 192.0.2.0/24 } } ] }
groups:
  - { name: crew, include: [ { okta: { name: ops, identity_provider_id: okta } }, { email_list: { id: staff } } ] }
lists:
  - { name: staff, type: EMAIL, items: [ { value: ada@example.com } ] }
posture_rules:
  - { id: warp, name: WARP, type: warp }
identity_providers:
  - { id: okta, name: Okta, type: okta }
service_tokens:
  - { id: ci, name: CI, client_id: ci.access }
`;

export const RULES = [
  "{ everyone: {} }",
  "{ certificate: {} }",
  "{ group: { id: crew } }",
  "{ email: { email: x@y.example } }",
  "{ ip: { ip: 10.0.0.1/8 } }",
  "{ any_valid_service_token: {} }",
  "{ common_name: { common_name: x } }",
];

/** Policy files: every fault has its place; what is accepted means the same as JSON, and lets in nobody unknown. */
export function policiesTarget(
  read: ReadPoliciesText = (text) => readPolicies([{ file: "policies.yaml", text }]),
): Target {
  return {
    name: "policies",
    corpus: [
      POLICIES,
      `applications:\n  - { name: a, domain: a.test, policies: [ { name: p, decision: allow, include: [ { everyone: {} } ] } ] }\n`,
    ],
    dictionary: [
      ...RULES,
      "include: ",
      "exclude: ",
      "require: [] ",
      "decision: bypass",
      "decision: allow",
      "precedence: 1",
      "id: ",
      "name: ",
      "&a ",
      "*a",
      "<<: ",
      "!!str ",
      "? ",
      "- ",
      ": ",
      "\n  ",
      "---\n",
      "%YAML 1.1\n---\n",
      "null",
      "~",
      "[]",
      "{}",
      "yes",
      "__proto__: ",
      "constructor: ",
      "#",
      "'",
      ", ",
    ],
    check(text) {
      const { policySet, faults } = read(text);
      checkFaults(faults, text);
      hold((policySet === null) === faults.length > 0, "there is a policy set, or there are faults");
      if (policySet === null) return false;
      const value = readSource("policies.yaml", text).source?.value;
      const again = read(JSON.stringify(value)).policySet;
      hold(again?.revision === policySet.revision, "the same policies as JSON have the same revision");
      for (const application of compilePolicySet(policySet).applications.values()) {
        const decision = evaluate(application, {}, NOON);
        hold(
          explain(application, {}, NOON).decision.outcome === decision.outcome,
          "a trace comes to the decision",
        );
        const isOpen = decision.policy?.include.some(
          ({ selector }) => selector === "everyone" || selector === "group",
        );
        hold(decision.outcome === "deny" || isOpen === true, "nobody is let in of whom nothing is known");
      }
      return true;
    },
  };
}
