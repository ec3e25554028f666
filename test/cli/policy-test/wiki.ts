import { loadPolicyTests } from "../../../src/cli/policy-test/load-tests.ts";
import { readPolicyTests } from "../../../src/cli/policy-test/read-tests.ts";
import { runPolicyTests } from "../../../src/cli/policy-test/run-tests.ts";
import { readPolicies } from "../../../src/config/policies/read-policies.ts";
import { readSource } from "../../../src/config/source.ts";
import { compilePolicySet } from "../../../src/core/compile.ts";
import type { PolicySet } from "../../../src/core/model.ts";
import { renderFault } from "../../../src/core/place.ts";
import { NOON } from "../../support/records.ts";

/** Policies with a rule for every field of the facts. */
const POLICIES = `
applications:
  - name: wiki
    domain: wiki.example.com/eng
    policies:
      - name: Engineers on healthy laptops
        decision: allow
        include: [ { email_domain: { domain: example.com } } ]
        require: [ { device_posture: { integration_uid: disk-encrypted } } ]
        exclude: [ { email: { email: mallory@example.com } }, { geo: { country_code: RU } } ]
  - name: build
    domain: build.example.com
    policies:
      - name: Robots
        decision: service_auth
        include: [ { service_token: { token_id: ci } }, { linked_app_token: { app_uid: wiki } } ]
      - name: Certified
        decision: bypass
        include: [ { common_name: { common_name: build-1 } }, { ip: { ip: 192.0.2.0/24 } } ]
  - name: groups
    domain: groups.example.com
    policies:
      - { name: Okta, decision: allow, include: [ { okta: { name: Engineers, identity_provider_id: okta } } ] }
      - { name: GitHub, decision: allow, include: [ { github-organization: { name: Acme, identity_provider_id: github } } ] }
      - { name: Google, decision: allow, include: [ { gsuite: { email: team@example.com, identity_provider_id: google } } ] }
      - { name: SAML, decision: allow, include: [ { saml: { attribute_name: dept, attribute_value: R&D, identity_provider_id: okta } } ] }
      - { name: OIDC, decision: allow, include: [ { oidc: { claim_name: role, claim_value: admin, identity_provider_id: okta } } ] }
      - { name: Context, decision: allow, include: [ { auth_context: { id: x, ac_id: c1, identity_provider_id: okta } } ] }
      - { name: Method, decision: allow, include: [ { auth_method: { auth_method: hwk } } ] }
      - { name: Risk, decision: allow, include: [ { user_risk_score: { user_risk_score: [low] } } ] }
      - { name: Member, decision: allow, include: [ { cloudflare_account_member: { account_id: "17" } } ] }
      - { name: Asked, decision: allow, include: [ { external_evaluation: { evaluate_url: "https://hr.example.com/ok", keys_url: "https://hr.example.com/keys" } } ] }
  - name: devices
    domain: devices.example.com
    policies:
      - { name: Warp, decision: bypass, include: [ { device_posture: { integration_uid: warp } } ] }
      - { name: Firewall, decision: bypass, include: [ { device_posture: { integration_uid: firewall } } ] }
      - { name: New Linux, decision: bypass, include: [ { device_posture: { integration_uid: linux } } ] }
      - { name: Trained, decision: bypass, include: [ { device_posture: { integration_uid: trained } } ] }
      - { name: Healthy, decision: bypass, include: [ { device_posture: { integration_uid: kolide } } ] }
posture_rules:
  - { id: disk-encrypted, name: Disk is encrypted, type: disk_encryption, input: { requireAll: true } }
  - { id: warp, name: WARP, type: warp, input: {} }
  - { id: firewall, name: Firewall, type: firewall, match: [ { platform: windows } ], input: { operating_system: windows, enabled: true } }
  - { id: linux, name: Linux, type: os_version, match: [ { platform: linux } ], input: { operating_system: linux, operator: ">=", version: 6.1.0 } }
  - { id: trained, name: Trained, type: attribute, input: { attribute: own.training, operator: ==, value: done } }
  - { id: kolide, name: Kolide, type: kolide, input: { connection_id: kolide-1, countOperator: "<", issue_count: "1" } }
identity_providers:
  - { id: okta, name: Okta, type: okta }
  - { id: github, name: GitHub, type: github }
  - { id: google, name: Google, type: google-apps }
service_tokens:
  - { id: ci, name: CI, client_id: 0123.access }
`;

/** The policy set that these tests are about. */
export function readWiki(): PolicySet {
  const { policySet, faults } = readPolicies([{ file: "wiki.yaml", text: POLICIES }]);
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  return policySet;
}

const set = readWiki();
const policies = compilePolicySet(set);

/** Runs the text of a test file. */
export function runText(text: string) {
  const { tests, faults } = readPolicyTests(readSource("wiki.test.yaml", text), set, NOON);
  return { results: runPolicyTests(tests, policies, NOON), faults: faults.map(renderFault) };
}

/** Runs what stands at `paths`. */
export async function runPaths(...paths: readonly string[]) {
  const { tests, faults } = await loadPolicyTests(paths, set, NOON);
  return { results: runPolicyTests(tests, policies, NOON), faults: faults.map(renderFault) };
}
