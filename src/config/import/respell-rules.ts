import { asPlain, isEmpty, mapEntries, type Plain } from "./plain.ts";

/** Terraform's names of selectors. */
const SELECTORS: ReadonlyMap<string, string> = new Map([
  ["azure", "azureAD"],
  ["azure_ad", "azureAD"],
  ["github", "github-organization"],
  ["github_organization", "github-organization"],
  ["common_names", "common_name"],
  ["email_list_ids", "email_list"],
  ["ip_list_ids", "ip_list"],
]);

/** The keys of selectors that a block of Terraform gives as plain values: one, or a list of them. */
const PLAIN_VALUES: ReadonlyMap<string, string> = new Map([
  ["email", "email"],
  ["email_domain", "domain"],
  ["email_list", "id"],
  ["ip", "ip"],
  ["ip_list", "id"],
  ["geo", "country_code"],
  ["group", "id"],
  ["device_posture", "integration_uid"],
  ["login_method", "id"],
  ["service_token", "token_id"],
  ["auth_method", "auth_method"],
  ["common_name", "common_name"],
]);

/** The keys in blocks of their own that may hold several values, each a rule; and what they are called here. */
const SEVERAL: ReadonlyMap<string, readonly [key: string, as: string]> = new Map([
  ["azureAD", ["id", "id"]],
  ["github-organization", ["teams", "team"]],
  ["gsuite", ["email", "email"]],
  ["okta", ["name", "name"]],
]);

/**
 * Rules in the spelling of the API: one selector each. A block of Terraform's (version 4) holds several selectors
 * with several values, each of them a rule of its own. What is in neither form is left as it is.
 */
export function respellRules(rules: readonly unknown[]): readonly unknown[] {
  return rules.flatMap((rule) => {
    const object = asPlain(rule);
    if (object === null) return [rule];
    const renamed = mapEntries(object, (key, value) => [SELECTORS.get(key) ?? key, value]);
    // Two spellings of one selector: renaming would lose one of them.
    if (Object.keys(renamed).length < Object.keys(object).length) return splitApart(object);
    return isBlock(renamed) ? splitBlock(renamed) : [respellConnection(renamed)];
  });
}

/** The API writes every selector's value as an object. */
function isBlock(rule: Plain): boolean {
  return Object.values(rule).every((value) => asPlain(value) === null);
}

function splitApart(rule: Plain): readonly unknown[] {
  return Object.entries(rule).flatMap(([key, value]) => respellRules([{ [key]: value }]));
}

function splitBlock(block: Plain): readonly unknown[] {
  return Object.entries(block).flatMap(([selector, value]) => {
    if (value === false || isEmpty(value)) return [];
    if (value === true) return [{ [selector]: {} }];
    const values = Array.isArray(value) ? value : [value];
    const key = PLAIN_VALUES.get(selector);
    return values.flatMap((each) => {
      const object = asPlain(each);
      if (object !== null) return splitValues(selector, object);
      return [{ [selector]: key === undefined ? each : { [key]: each } }];
    });
  });
}

/** One rule per value; without any, as with a GitHub organisation of which no team is named, the rule itself. */
function splitValues(selector: string, block: Plain): readonly unknown[] {
  const [key, as] = SEVERAL.get(selector) ?? ["", ""];
  const { [key]: values, ...others } = block;
  const rest = mapEntries(others, (name, value) => (isEmpty(value) ? null : [name, value]));
  if (!Array.isArray(values))
    return [
      respellConnection({ [selector]: { ...rest, ...(values === undefined ? {} : { [as]: values }) } }),
    ];
  if (values.length === 0) return [respellConnection({ [selector]: rest })];
  return values.map((value) => respellConnection({ [selector]: { ...rest, [as]: value } }));
}

/** Early versions called the identity provider of a rule its connection. */
function respellConnection(rule: Plain): Plain {
  return mapEntries(rule, (selector, value) => {
    const object = asPlain(value);
    if (object === null || "identity_provider_id" in object) return [selector, value];
    return [
      selector,
      mapEntries(object, (key, part) => [key === "connection_id" ? "identity_provider_id" : key, part]),
    ];
  });
}
