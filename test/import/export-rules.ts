import type { Selector } from "../../src/core/model.ts";
import { type Dice, happens, pick, several } from "../oracle/dice.ts";
import * as pool from "../oracle/pools.ts";

/** A rule as Cloudflare's API has it. */
export type ExportedRule = { readonly [selector in string]: Readonly<Record<string, unknown>> };

/** Ids of what rules can refer to. */
export interface Referable {
  readonly emailLists: readonly string[];
  readonly ipLists: readonly string[];
  readonly tokens: readonly string[];
  readonly postures: readonly string[];
  readonly groups: readonly string[];
}

const idp = (dice: Dice) => (happens(dice, 70) ? { identity_provider_id: pick(dice, pool.IDPS) } : {});

/** One rule of each selector, with values that drawn facts have too. */
const VALUES: { readonly [S in Selector]: (dice: Dice, to: Referable) => Readonly<Record<string, unknown>> } =
  {
    everyone: () => ({}),
    email: (dice) => ({ email: pick(dice, pool.ADDRESSES) }),
    email_domain: (dice) => ({ domain: pick(dice, pool.DOMAINS) }),
    email_list: (dice, to) => ({ id: pick(dice, to.emailLists) }),
    ip: (dice) => ({ ip: pick(dice, pool.RANGES) }),
    ip_list: (dice, to) => ({ id: pick(dice, to.ipLists) }),
    geo: (dice) => ({ country_code: pick(dice, pool.COUNTRIES) }),
    certificate: () => ({}),
    common_name: (dice) => ({ common_name: pick(dice, pool.COMMON_NAMES) }),
    any_valid_service_token: () => ({}),
    service_token: (dice, to) => ({ token_id: pick(dice, to.tokens) }),
    linked_app_token: (dice) => ({ app_uid: pick(dice, pool.LINKED_APPLICATIONS) }),
    user_risk_score: (dice) => ({ user_risk_score: several(dice, 1, 2, () => pick(dice, pool.RISK_LEVELS)) }),
    login_method: (dice) => ({ id: pick(dice, pool.IDPS) }),
    auth_method: (dice) => ({ auth_method: pick(dice, pool.AUTHENTICATION_METHODS) }),
    auth_context: (dice) => ({ id: "context", ac_id: pick(dice, pool.CONTEXTS), ...idp(dice) }),
    azureAD: (dice) => ({ id: pick(dice, pool.GROUP_IDS), ...idp(dice) }),
    okta: (dice) => ({ name: pick(dice, pool.GROUP_NAMES), ...idp(dice) }),
    gsuite: (dice) => ({ email: pick(dice, pool.GROUP_EMAILS), ...idp(dice) }),
    "github-organization": (dice) => ({
      name: "acme",
      ...(happens(dice, 50) ? { team: "core" } : {}),
      ...idp(dice),
    }),
    saml: (dice) => ({
      attribute_name: "team",
      attribute_value: pick(dice, pool.CLAIM_VALUES),
      ...idp(dice),
    }),
    oidc: (dice) => ({ claim_name: "team", claim_value: pick(dice, pool.CLAIM_VALUES), ...idp(dice) }),
    cloudflare_account_member: (dice) => ({ account_id: pick(dice, pool.ACCOUNTS) }),
    external_evaluation: (dice) => {
      const url = pick(dice, pool.EVALUATE_URLS);
      return { evaluate_url: url, keys_url: `${url}/keys` };
    },
    device_posture: (dice, to) => ({ integration_uid: pick(dice, to.postures) }),
    group: (dice, to) => ({ id: pick(dice, to.groups) }),
  };

export const ALL_SELECTORS: readonly string[] = Object.keys(VALUES);

/** Include, require and exclude; without a group to name, none is named. */
export function drawRuleLists(dice: Dice, to: Referable) {
  const drawers = Object.entries(VALUES).filter(([selector]) => selector !== "group" || to.groups.length > 0);
  const rule = (): ExportedRule => {
    const [selector, draw] = pick(dice, drawers);
    return { [selector]: draw(dice, to) };
  };
  return {
    include: several(dice, 1, 4, rule),
    require: happens(dice, 30) ? several(dice, 1, 2, rule) : [],
    exclude: happens(dice, 30) ? several(dice, 1, 2, rule) : [],
  };
}
