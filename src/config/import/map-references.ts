import type { Selector } from "../../core/model.ts";
import type { Section } from "../policies/schema.ts";
import { asPlain, mapEntries, type Plain, textAt } from "./plain.ts";

/** An object that another one names, by its id or its name. */
export interface Reference {
  readonly kind: Section;
  readonly to: string;
}

/** Gives what to write for a reference. */
type Rename = (reference: Reference) => string;

/** Where the rules of a selector refer to something, and to what. */
const IN_RULES: { readonly [S in Selector]?: readonly [key: string, kind: Section] } = {
  email_list: ["id", "lists"],
  ip_list: ["id", "lists"],
  service_token: ["token_id", "service_tokens"],
  linked_app_token: ["app_uid", "applications"],
  login_method: ["id", "identity_providers"],
  azureAD: ["identity_provider_id", "identity_providers"],
  "github-organization": ["identity_provider_id", "identity_providers"],
  gsuite: ["identity_provider_id", "identity_providers"],
  okta: ["identity_provider_id", "identity_providers"],
  saml: ["identity_provider_id", "identity_providers"],
  oidc: ["identity_provider_id", "identity_providers"],
  auth_context: ["identity_provider_id", "identity_providers"],
  device_posture: ["integration_uid", "posture_rules"],
  group: ["id", "groups"],
};
const RULE_REFERENCES = new Map(Object.entries(IN_RULES));

/** Posture rules that ask for a list. */
const LISTED: readonly string[] = ["serial_number", "unique_client_id"];

/** The object with each of its references renamed. */
export function mapReferences(kind: Section, value: Plain, rename: Rename): Plain {
  return mapEntries(value, (key, part) => {
    switch (key) {
      case "include":
      case "require":
      case "exclude":
        return [key, mapList(part, (rule) => renameInRule(rule, rename))];
      case "allowed_idps":
        return [key, mapList(part, (idp) => renameText("identity_providers", idp, rename))];
      case "policies":
        return [
          key,
          kind === "applications" ? mapList(part, (policy) => renamePolicy(policy, rename)) : part,
        ];
      case "input":
        return [key, LISTED.includes(textAt(value, "type")) ? renameAt("id", "lists", part, rename) : part];
      default:
        return [key, part];
    }
  });
}

/** What the object refers to. */
export function findReferences(kind: Section, value: Plain): readonly Reference[] {
  const references: Reference[] = [];
  mapReferences(kind, value, (reference) => {
    references.push(reference);
    return reference.to;
  });
  return references;
}

function mapList(value: unknown, change: (entry: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : value;
}

function renameInRule(rule: unknown, rename: Rename): unknown {
  const object = asPlain(rule);
  if (object === null) return rule;
  return mapEntries(object, (selector, value) => {
    const [key, kind] = RULE_REFERENCES.get(selector) ?? [];
    return [selector, key === undefined || kind === undefined ? value : renameAt(key, kind, value, rename)];
  });
}

/** A policy of an application is named, linked by its id, or written out. */
function renamePolicy(policy: unknown, rename: Rename): unknown {
  const object = asPlain(policy);
  if (object === null) return renameText("policies", policy, rename);
  return mapReferences("policies", asPlain(renameAt("id", "policies", object, rename)) ?? object, rename);
}

function renameAt(key: string, kind: Section, value: unknown, rename: Rename): unknown {
  const object = asPlain(value);
  if (object === null || textAt(object, key) === "") return value;
  return { ...object, [key]: renameText(kind, object[key], rename) };
}

function renameText(kind: Section, value: unknown, rename: Rename): unknown {
  return typeof value === "string" && value !== "" ? rename({ kind, to: value }) : value;
}
