import type { Rule } from "../model.ts";
import type { Names } from "../names.ts";
import { describePosture } from "../posture/describe.ts";

/** What a rule asks for, in a few words for the trace. */
export function labelOf(rule: Rule, names: Names): string {
  switch (rule.selector) {
    case "email":
      return `e-mail is ${rule.email}`;
    case "email_list":
      return `e-mail is in list "${names.list(rule.list)}"`;
    case "email_domain":
      return `e-mail ends in @${rule.domain}`;
    case "external_evaluation":
      return `${rule.evaluateUrl} says yes`;
    case "ip":
      return `address is in ${rule.range}`;
    case "ip_list":
      return `address is in list "${names.list(rule.list)}"`;
    case "geo":
      return `country is ${rule.country}`;
    case "everyone":
      return "everyone";
    case "common_name":
      return `certificate's common name is ${rule.commonName}`;
    case "certificate":
      return "a valid certificate";
    case "service_token":
      return `service token "${names.serviceToken(rule.token)}"`;
    case "any_valid_service_token":
      return "any service token";
    case "linked_app_token":
      return `a token of application "${names.application(rule.application)}"`;
    case "user_risk_score":
      return `risk score is ${rule.levels.join(" or ")}`;
    case "login_method":
      return `logged in with "${names.identityProvider(rule.idp)}"`;
    case "auth_method":
      return `authenticated by ${rule.method}`;
    case "azureAD":
      return `in Entra group ${rule.id}`;
    case "okta":
      return `in Okta group "${rule.name}"`;
    case "gsuite":
      return `in Google group ${rule.email}`;
    case "github-organization":
      return rule.team === null
        ? `in GitHub organisation ${rule.organization}`
        : `in GitHub team ${rule.organization}/${rule.team}`;
    case "saml":
      return `SAML attribute ${rule.name} is "${rule.value}"`;
    case "oidc":
      return `OIDC claim ${rule.name} is "${rule.value}"`;
    case "auth_context":
      return `in authentication context ${rule.context}`;
    case "cloudflare_account_member":
      return `member of account ${rule.account}`;
    case "device_posture": {
      const posture = names.posture(rule.posture);
      return posture === null
        ? `posture "${rule.posture}"`
        : `posture "${posture.name}": ${describePosture(posture)}`;
    }
    case "group":
      return `group "${names.group(rule.group)}"`;
  }
}
