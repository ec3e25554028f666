import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { oneOf, optional, strict, Text } from "./schema-parts.ts";
import { CountryText, EmailDomainText, EmailText, RangeText, UrlText } from "./texts.ts";

const Idp = optional(Type.String());

/** A selector's value: an object of its own. */
const Value = <P extends Record<string, TSchema>>(properties: P) => Type.Optional(strict(properties));

/** One entry of include, require or exclude: an object with one key, the selector. */
export const RuleSchema = strict(
  {
    email: Value({ email: EmailText }),
    email_list: Value({ id: Text }),
    email_domain: Value({ domain: EmailDomainText }),
    everyone: Value({}),
    ip: Value({ ip: RangeText }),
    ip_list: Value({ id: Text }),
    geo: Value({ country_code: CountryText }),
    common_name: Value({ common_name: Text }),
    certificate: Value({}),
    service_token: Value({ token_id: Text }),
    any_valid_service_token: Value({}),
    linked_app_token: Value({ app_uid: Text }),
    user_risk_score: Value({
      user_risk_score: Type.Array(oneOf(["low", "medium", "high", "unscored"]), { minItems: 1 }),
    }),
    login_method: Value({ id: Text }),
    auth_method: Value({ auth_method: Text }),
    azureAD: Value({ id: Text, identity_provider_id: Idp }),
    "github-organization": Value({ name: Text, team: optional(Type.String()), identity_provider_id: Idp }),
    gsuite: Value({ email: EmailText, identity_provider_id: Idp }),
    okta: Value({ name: Text, identity_provider_id: Idp }),
    saml: Value({ attribute_name: Text, attribute_value: Text, identity_provider_id: Idp }),
    oidc: Value({ claim_name: Text, claim_value: Text, identity_provider_id: Idp }),
    auth_context: Value({ id: optional(Type.String()), ac_id: Text, identity_provider_id: Idp }),
    cloudflare_account_member: Value({ account_id: Text }),
    external_evaluation: Value({ evaluate_url: UrlText, keys_url: UrlText }),
    device_posture: Value({ integration_uid: Text }),
    group: Value({ id: Text }),
  },
  {
    minProperties: 1,
    maxProperties: 1,
    title: "a rule of exactly one selector, such as { email: { email: jo@example.com } }",
  },
);

export type RuleJson = Static<typeof RuleSchema>;

/** The lists that policies and groups are made of; whether anybody is included is judged when decoding. */
export function ruleLists<T extends TSchema>(rule: T) {
  const rules = () => optional(Type.Array(rule, { title: "a list of rules" }));
  return { include: rules(), require: rules(), exclude: rules() };
}

/** The lists alone, beside whatever else there is, with rules yet to be checked. */
export const RuleListsSchema = Type.Object(ruleLists(Type.Unknown()));
