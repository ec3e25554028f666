import type { ExportedRule } from "./export-rules.ts";

type Values = Readonly<Record<string, unknown>>;

/** Names of selectors in version 5 of Terraform's provider, where they differ. */
const NAMES: Readonly<Record<string, string>> = {
  azureAD: "azure_ad",
  "github-organization": "github_organization",
};
const UNSET = { email: null, azure_ad: null, everyone: null, any_valid_service_token: null, okta: null };

/** Rules as version 5 has them: one selector each, and null for all others. */
export function spellVersion5(rules: readonly ExportedRule[]): readonly unknown[] {
  return rules.map((rule) => {
    const [[selector = "", value] = []] = Object.entries(rule);
    return { ...UNSET, [NAMES[selector] ?? selector]: { ...value, nothing: null } };
  });
}

type AddToBlock = (block: Record<string, unknown>, value: Values) => void;

const text =
  (name: string, key: string): AddToBlock =>
  (block, value) => {
    block[name] = [...list(block[name]), value[key]];
  };
const block =
  (name: string, change: (value: Values) => Values = (value) => value): AddToBlock =>
  (all, value) => {
    all[name] = [...list(all[name]), change(value)];
  };
const flag =
  (name: string): AddToBlock =>
  (all) => {
    all[name] = true;
  };

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** How version 4 writes each selector it has, into one block for all rules of a list. */
const BLOCKS: Readonly<Record<string, AddToBlock>> = {
  email: text("email", "email"),
  email_domain: text("email_domain", "domain"),
  email_list: text("email_list", "id"),
  ip: text("ip", "ip"),
  ip_list: text("ip_list", "id"),
  geo: text("geo", "country_code"),
  group: text("group", "id"),
  device_posture: text("device_posture", "integration_uid"),
  login_method: text("login_method", "id"),
  service_token: text("service_token", "token_id"),
  common_name: text("common_names", "common_name"),
  everyone: flag("everyone"),
  certificate: flag("certificate"),
  any_valid_service_token: flag("any_valid_service_token"),
  azureAD: block("azure", ({ id, ...rest }) => ({ id: [id], ...rest })),
  okta: block("okta", ({ name, ...rest }) => ({ name: [name], ...rest })),
  gsuite: block("gsuite", ({ email, ...rest }) => ({ email: [email], ...rest })),
  "github-organization": block("github", ({ team, ...rest }) => ({
    teams: team === undefined ? [] : [team],
    ...rest,
  })),
  saml: block("saml"),
  auth_context: block("auth_context"),
  external_evaluation: block("external_evaluation"),
};

/** Rules as version 4 has them: one block for all. Null where a selector came later. */
export function spellVersion4(rules: readonly ExportedRule[]): readonly unknown[] | null {
  const all: Record<string, unknown> = {};
  for (const rule of rules) {
    for (const [selector, value] of Object.entries(rule)) {
      const add = BLOCKS[selector];
      if (add === undefined) return null;
      add(all, value);
    }
  }
  return rules.length === 0 ? [] : [{ everyone: false, auth_method: "", common_name: "", geo: [], ...all }];
}

/** An input's keys as Terraform has them, and null for those that are not set. */
export function spellInput(input: Values): Values {
  const named = Object.entries(input).map(([key, value]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return { active_threats: null, sensor_config: null, ...Object.fromEntries(named) };
}
