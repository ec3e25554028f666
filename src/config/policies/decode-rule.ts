import type { Rule, RuleLists, Selector } from "../../core/model.ts";
import { readText } from "../text-schema.ts";
import type { Cursor } from "./cursor.ts";
import { findIdp, findList, type References } from "./references.ts";
import { given } from "./schema-parts.ts";
import { type RuleJson, RuleListsSchema, RuleSchema } from "./schema-rule.ts";
import { CountryText, EmailDomainText, EmailText, RangeText, UrlText } from "./texts.ts";

type WithoutPlace<R> = R extends Rule ? Omit<R, "place"> : never;
type Value<S extends Selector> = NonNullable<RuleJson[S]>;

/** Turns a selector's value, which stands at `at`, into a rule; null, and faults, where it is wrong. */
type Decode<S extends Selector> = (value: Value<S>, at: Cursor, to: References) => WithoutPlace<Rule> | null;

const DECODERS: { readonly [S in Selector]: Decode<S> } = {
  email: (value) => ({ selector: "email", email: readText(EmailText, value.email) }),
  email_list(value, at, to) {
    const list = findList(value.id, ["EMAIL"], at.at("id"), to);
    return list && { selector: "email_list", list: list.id };
  },
  email_domain: (value) => ({ selector: "email_domain", domain: readText(EmailDomainText, value.domain) }),
  everyone: () => ({ selector: "everyone" }),
  ip: (value) => ({ selector: "ip", range: readText(RangeText, value.ip) }),
  ip_list(value, at, to) {
    const list = findList(value.id, ["IP"], at.at("id"), to);
    return list && { selector: "ip_list", list: list.id };
  },
  geo: (value) => ({ selector: "geo", country: readText(CountryText, value.country_code) }),
  common_name: (value) => ({ selector: "common_name", commonName: value.common_name }),
  certificate: () => ({ selector: "certificate" }),
  service_token(value, at, to) {
    const token = to.serviceTokens.find(value.token_id, at.at("token_id"));
    return token && { selector: "service_token", token: token.id };
  },
  any_valid_service_token: () => ({ selector: "any_valid_service_token" }),
  linked_app_token(value, at, to) {
    const application = to.applications.find(value.app_uid, at.at("app_uid"));
    return application && { selector: "linked_app_token", application: application.id };
  },
  user_risk_score: (value) => ({ selector: "user_risk_score", levels: value.user_risk_score }),
  login_method(value, at, to) {
    const idp = findIdp(value.id, at.at("id"), to);
    return idp === null ? null : { selector: "login_method", idp };
  },
  auth_method: (value) => ({ selector: "auth_method", method: value.auth_method }),
  azureAD: (value, at, to) => ofIdp(value, at, to, (idp) => ({ selector: "azureAD", id: value.id, idp })),
  "github-organization": (value, at, to) =>
    ofIdp(value, at, to, (idp) => ({
      selector: "github-organization",
      organization: value.name,
      team: given(value.team),
      idp,
    })),
  gsuite: (value, at, to) =>
    ofIdp(value, at, to, (idp) => ({ selector: "gsuite", email: readText(EmailText, value.email), idp })),
  okta: (value, at, to) => ofIdp(value, at, to, (idp) => ({ selector: "okta", name: value.name, idp })),
  saml: (value, at, to) =>
    ofIdp(value, at, to, (idp) => ({
      selector: "saml",
      name: value.attribute_name,
      value: value.attribute_value,
      idp,
    })),
  oidc: (value, at, to) =>
    ofIdp(value, at, to, (idp) => ({
      selector: "oidc",
      name: value.claim_name,
      value: value.claim_value,
      idp,
    })),
  auth_context: (value, at, to) =>
    ofIdp(value, at, to, (idp) => ({ selector: "auth_context", context: value.ac_id, idp })),
  cloudflare_account_member: (value) => ({
    selector: "cloudflare_account_member",
    account: value.account_id,
  }),
  external_evaluation: (value) => ({
    selector: "external_evaluation",
    evaluateUrl: readText(UrlText, value.evaluate_url),
    keysUrl: readText(UrlText, value.keys_url),
  }),
  device_posture(value, at, to) {
    const posture = to.postureRules.find(value.integration_uid, at.at("integration_uid"));
    return posture && { selector: "device_posture", posture: posture.id };
  },
  group(value, at, to) {
    const group = to.groups.find(value.id, at.at("id"));
    return group && { selector: "group", group: group.id };
  },
};

function ofIdp<R>(
  value: { readonly identity_provider_id?: string | null },
  at: Cursor,
  to: References,
  make: (idp: string | null) => R,
): R | null {
  const reference = given(value.identity_provider_id);
  if (reference === null) return make(null);
  const idp = findIdp(reference, at.at("identity_provider_id"), to);
  return idp === null ? null : make(idp);
}

/** Decodes the rule at a cursor. */
function decodeRule(at: Cursor, to: References): Rule | null {
  const json = at.read(RuleSchema);
  const [selector] = json ? Object.keys(json) : [];
  return json && isSelector(selector) ? decodeBy(selector, json, at, to) : null;
}

function isSelector(key: string | undefined): key is Selector {
  return key !== undefined && Object.hasOwn(DECODERS, key);
}

function decodeBy<S extends Selector>(selector: S, json: RuleJson, at: Cursor, to: References): Rule | null {
  const value = json[selector];
  const rule = value && DECODERS[selector](value, at.at(selector), to);
  return rule ? { place: at.place, ...rule } : null;
}

/** Decodes include, require and exclude; null where a rule is wrong or nobody is included. */
export function decodeRuleLists(at: Cursor, to: References): RuleLists | null {
  const json = at.read(RuleListsSchema);
  if (!json) return null;
  const decodeList = (name: keyof RuleLists): readonly Rule[] | null => {
    const rules = (given(json[name]) ?? []).map((_, index) => decodeRule(at.at(name, index), to));
    return rules.every((rule) => rule !== null) ? rules : null;
  };
  const include = decodeList("include");
  const require = decodeList("require");
  const exclude = decodeList("exclude");
  if (include?.length === 0) {
    return at.report("nobody is included, so that it could never match; say who is, or everyone: {}");
  }
  return include && require && exclude && { include, require, exclude };
}
