import { parseEmail } from "../../email.ts";
import { type IpRange, parseRange } from "../../ip-address.ts";
import type { Rule } from "../../model.ts";
import { allBut, type Block, NONE, some, type ValueSet } from "./value-set.ts";

/** A rule that asks something of the request: neither everybody nor a group. */
export type AskingRule = Exclude<Rule, { selector: "everyone" | "group" }>;

/** An attribute that has one of these values. */
export interface RuleTest {
  readonly attribute: string;
  readonly values: ValueSet;
}

/**
 * What holds wherever the rule matches. The first test decides: the rule does not match where the
 * attribute is known to be otherwise. `hasToken` tells service tokens that exist.
 */
export function testsOf(
  rule: AskingRule,
  hasToken: (id: string) => boolean,
): readonly [RuleTest, ...RuleTest[]] {
  switch (rule.selector) {
    case "email": {
      const email = parseEmail(rule.email);
      return [email === null ? ownTest(rule) : emailTest({ kind: "address", ...email })];
    }
    case "email_domain":
      return [emailTest({ kind: "domain", domain: rule.domain })];
    case "ip": {
      const range = parseRange(rule.range);
      return [range === null ? ownTest(rule) : addressTest(range)];
    }
    case "geo":
      return [{ attribute: "network.country", values: some(text(rule.country)) }];
    case "login_method":
      return [loginTest(rule.idp)];
    case "user_risk_score":
      return [{ attribute: "identity.risk_score", values: some(...rule.levels.map(text)) }];
    case "service_token":
      return hasToken(rule.token)
        ? [{ attribute: "credential.service_token", values: some(text(rule.token)) }]
        : [ownTest(rule)];
    case "any_valid_service_token":
      return [{ attribute: "credential.service_token", values: allBut(NONE) }];
    case "linked_app_token":
      return [{ attribute: "credential.linked_app_token", values: some(text(rule.application)) }];
    case "certificate":
      return [{ attribute: "credential.certificate", values: allBut(NONE) }];
    case "common_name":
      return [{ attribute: "credential.certificate", values: some(text(rule.commonName)) }];
    case "azureAD":
    case "okta":
    case "gsuite":
    case "github-organization":
    case "saml":
    case "oidc":
    case "auth_context":
      return rule.idp === null ? [ownTest(rule)] : [ownTest(rule), loginTest(rule.idp)];
    // Lists are edited on their own: they are taken as if they could hold anything.
    case "email_list":
    case "ip_list":
    case "auth_method":
    case "cloudflare_account_member":
    case "external_evaluation":
    case "device_posture":
      return [ownTest(rule)];
  }
}

/** One text for all spellings of a rule. */
export function keyOf(rule: Rule): string {
  const range = rule.selector === "ip" ? (parseRange(rule.range)?.text ?? rule.range) : null;
  return JSON.stringify(rule, (key, part: unknown) => {
    if (key === "place") return undefined;
    return key === "range" ? range : part;
  });
}

/** The test that the rule matches: all that can be said of what is compared in no way of its own. */
export function ownTest(rule: Rule): RuleTest {
  return { attribute: keyOf(rule), values: some(text("match")) };
}

function emailTest(block: Block): RuleTest {
  return { attribute: "identity.email", values: some(block) };
}

function addressTest(range: IpRange): RuleTest {
  return { attribute: "network.ip", values: some({ kind: "range", range }) };
}

function loginTest(idp: string): RuleTest {
  return { attribute: "identity.login_method", values: some(text(idp)) };
}

function text(value: string): Block {
  return { kind: "text", text: value };
}
