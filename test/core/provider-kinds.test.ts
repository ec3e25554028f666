import { describe, expect, test } from "bun:test";
import { evaluate } from "../../src/core/evaluate.ts";
import { type Facts, known, unknown } from "../../src/core/fact.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { policySetOf } from "../policies/support.ts";
import { NOON, said } from "../support/records.ts";

const RULES = {
  okta: ["okta", "{ okta: { name: Ops } }"],
  azureAD: ["azureAD", "{ azureAD: { id: Ops } }"],
  gsuite: ["google-apps", "{ gsuite: { email: ops@example.com } }"],
  "github-organization": ["github", "{ github-organization: { name: Ops } }"],
  auth_context: ["azureAD", "{ auth_context: { ac_id: c1 } }"],
} as const;

/** What comes of a login whose groups have all the right names, to policies that declare these providers. */
function decide(rule: string, list: "include" | "exclude", declared: string, login: Facts): string {
  const include = list === "include" ? rule : "{ everyone: {} }";
  const exclude = list === "exclude" ? `, exclude: [${rule}]` : "";
  const set = policySetOf(`
applications: [{ name: wiki, policies: [{ name: p, decision: allow, include: [${include}]${exclude} }] }]
identity_providers: [${declared}]
`);
  const names = new Set(["Ops", "ops", "ops@example.com"]);
  const facts: Facts = {
    "identity.subject": known("ann", said("login")),
    "identity.groups": known({ ids: names, names, emails: names }, said("login")),
    "identity.authentication_contexts": known(new Set(["c1"]), said("login")),
    ...login,
  };
  const application = createPolicyDirectory(set).only ?? expect.unreachable("one application");
  const { outcome, reason } = evaluate(application, facts, NOON);
  return outcome === "permit" ? outcome : reason;
}

const by = (type: string): Facts => ({
  "identity.login_method": known("an-id", said("login")),
  "identity.login_method_type": known(type, said("login")),
});

describe.each(Object.entries(RULES))("a rule of %s that names no identity provider", (_, [type, rule]) => {
  test("matches a login of its kind", () => {
    expect(decide(rule, "include", "", by(type))).toBe("permit");
    expect(decide(rule, "exclude", "", by(type))).toBe("no_policy_matched");
  });

  test("does not match a login of another kind, whatever its groups are called", () => {
    expect(decide(rule, "include", "", by("saml"))).toBe("no_policy_matched");
    expect(decide(rule, "exclude", "", by("saml"))).toBe("permit");
  });

  test("is undecided where nobody says of which kind the login is", () => {
    for (const list of ["include", "exclude"] as const) {
      expect(decide(rule, list, "", {})).toBe("undecided");
      expect(decide(rule, list, "", { "identity.login_method": known("an-id", said("login")) })).toBe(
        "undecided",
      );
      expect(decide(rule, list, "", { "identity.login_method_type": unknown("malformed") })).toBe(
        "undecided",
      );
    }
  });

  test("goes by what the policies declare of a provider, before what the login says", () => {
    const declared = (kind: string) => `{ id: an-id, name: one, type: ${kind} }`;
    expect(decide(rule, "include", declared(type), by("saml"))).toBe("permit");
    expect(decide(rule, "include", declared("saml"), by(type))).toBe("no_policy_matched");
  });

  test("asks a login that is too old to say so to be made again", () => {
    const old = { "identity.login_method_type": unknown("log_in_again") };
    expect(decide(rule, "include", "", old)).toBe("login_required");
  });
});
