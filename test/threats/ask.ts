import { evaluate } from "../../src/core/evaluate.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { policySetOf } from "../policies/support.ts";
import { NOW } from "../token/access-team.ts";

/** Somebody of the company, as Access tells of them. */
export function identityOf(extra: object = {}): Readonly<Record<string, unknown>> {
  return {
    email: "ada@company.com",
    user_uuid: "u-ada",
    idp: { id: "login", type: "okta" },
    service_token_status: false,
    ...extra,
  };
}

/** What an identity comes to where `policy` (YAML of one policy, in braces) decides: `permit`, or the reason of the denial. */
export function askPolicy(policy: string, identity: object, more = ""): string {
  return askPolicies(
    `applications: [ { name: wiki, domain: wiki.company.com, policies: [ ${policy} ] } ]\n${more}`,
    identity,
  );
}

/** The same, where the application `wiki` of a whole file decides. */
export function askPolicies(text: string, identity: object): string {
  const application = createPolicyDirectory(policySetOf(text)).findByName("wiki");
  if (application === null) return "no application";
  const { outcome, reason } = evaluate(application, factsOfIdentity({ ...identity }, NOW), NOW);
  return outcome === "permit" ? outcome : reason;
}

/** A policy that lets in whom the rule matches. */
export function allowing(rule: string): string {
  return `{ name: p, decision: allow, include: [ ${rule} ] }`;
}

/** A policy that lets in everybody but whom the rule matches. */
export function excluding(rule: string): string {
  return `{ name: p, decision: allow, include: [ { everyone: {} } ], exclude: [ ${rule} ] }`;
}
