import type { Rule, Selector } from "../../src/core/model.ts";
import { place } from "./blank.ts";
import { type Dice, happens, pick, some } from "./dice.ts";
import * as pool from "./pools.ts";

const boundIdp = (dice: Dice) => (happens(dice, 60) ? pick(dice, pool.IDPS) : null);

/** A rule of each selector, from pools so small that rules and facts often meet. */
const DRAW_RULE: {
  readonly [S in Selector]: (dice: Dice, groups: readonly string[]) => Extract<Rule, { selector: S }>;
} = {
  everyone: () => ({ selector: "everyone", place }),
  email: (dice) => ({ selector: "email", place, email: pick(dice, pool.ADDRESSES) }),
  email_domain: (dice) => ({ selector: "email_domain", place, domain: pick(dice, pool.DOMAINS) }),
  email_list: (dice) => ({
    selector: "email_list",
    place,
    list: pick(dice, ["l-email-1", "l-email-2", "l-missing"]),
  }),
  ip: (dice) => ({ selector: "ip", place, range: pick(dice, pool.RANGES) }),
  ip_list: (dice) => ({ selector: "ip_list", place, list: pick(dice, ["l-ip-1", "l-ip-2", "l-missing"]) }),
  geo: (dice) => ({ selector: "geo", place, country: pick(dice, pool.COUNTRIES) }),
  certificate: () => ({ selector: "certificate", place }),
  common_name: (dice) => ({ selector: "common_name", place, commonName: pick(dice, pool.COMMON_NAMES) }),
  any_valid_service_token: () => ({ selector: "any_valid_service_token", place }),
  service_token: (dice) => ({
    selector: "service_token",
    place,
    token: pick(dice, ["t-1", "t-2", "t-missing"]),
  }),
  linked_app_token: (dice) => ({
    selector: "linked_app_token",
    place,
    application: pick(dice, pool.LINKED_APPLICATIONS),
  }),
  user_risk_score: (dice) => ({ selector: "user_risk_score", place, levels: some(dice, pool.RISK_LEVELS) }),
  login_method: (dice) => ({ selector: "login_method", place, idp: pick(dice, pool.IDPS) }),
  auth_method: (dice) => ({
    selector: "auth_method",
    place,
    method: pick(dice, pool.AUTHENTICATION_METHODS),
  }),
  auth_context: (dice) => ({
    selector: "auth_context",
    place,
    context: pick(dice, pool.CONTEXTS),
    idp: boundIdp(dice),
  }),
  azureAD: (dice) => ({ selector: "azureAD", place, id: pick(dice, pool.GROUP_IDS), idp: boundIdp(dice) }),
  okta: (dice) => ({ selector: "okta", place, name: pick(dice, pool.GROUP_NAMES), idp: boundIdp(dice) }),
  gsuite: (dice) => ({
    selector: "gsuite",
    place,
    email: pick(dice, pool.GROUP_EMAILS),
    idp: boundIdp(dice),
  }),
  "github-organization": (dice) => ({
    selector: "github-organization",
    place,
    organization: "acme",
    team: pick(dice, [null, "core"]),
    idp: boundIdp(dice),
  }),
  saml: (dice) => ({ selector: "saml", place, ...drawClaim(dice), idp: boundIdp(dice) }),
  oidc: (dice) => ({ selector: "oidc", place, ...drawClaim(dice), idp: boundIdp(dice) }),
  cloudflare_account_member: (dice) => ({
    selector: "cloudflare_account_member",
    place,
    account: pick(dice, pool.ACCOUNTS),
  }),
  external_evaluation: (dice) => {
    const evaluateUrl = pick(dice, pool.EVALUATE_URLS);
    return { selector: "external_evaluation", place, evaluateUrl, keysUrl: `${evaluateUrl}/keys` };
  },
  device_posture: (dice) => ({
    selector: "device_posture",
    place,
    posture: pick(dice, [...pool.POSTURE_IDS, "p-missing"]),
  }),
  group: (dice, groups) => ({ selector: "group", place, group: pick(dice, groups) }),
};

const DRAWERS = Object.values(DRAW_RULE);

export const SELECTORS: readonly string[] = Object.keys(DRAW_RULE);

function drawClaim(dice: Dice): { name: string; value: string } {
  return { name: pick(dice, pool.CLAIM_NAMES), value: pick(dice, pool.CLAIM_VALUES) };
}

/** A rule of any selector; one of these groups more often than the others. */
export function drawRule(dice: Dice, groups: readonly string[]): Rule {
  return happens(dice, 10) ? DRAW_RULE.group(dice, groups) : pick(dice, DRAWERS)(dice, groups);
}
