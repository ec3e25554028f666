import type { Section } from "../policies/schema.ts";
import { asPlain, isEmpty, mapEntries, type Plain, textAt, withoutNulls } from "./plain.ts";
import { respellPostureInput, unwrapBlock } from "./respell-posture-input.ts";
import { respellRules } from "./respell-rules.ts";

export interface Respelled {
  readonly value: Plain;
  /** Why the object cannot be understood. */
  readonly problems: readonly string[];
  /** Keys that are no part of the object. */
  readonly leftOut: readonly string[];
}

/** What Terraform knows, or what nobody should: no part of the object. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "account_id",
  "zone_id",
  "client_secret",
  "min_days_for_renewal",
]);

/** Terraform's names of keys. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ["approval_group", "approval_groups"],
  ["list_count", "count"],
]);

/** Keys that hold one object, which version 4 of Terraform's provider wraps in a list. */
const BLOCKS: ReadonlySet<string> = new Set([
  "config",
  "connection_rules",
  "cors_headers",
  "input",
  "landing_page_design",
  "mfa_config",
  "saas_app",
  "scim_config",
]);

/** The object in the spelling of Cloudflare's API, without the keys that hold null. */
export function respell(kind: Section, written: Plain): Respelled {
  const leftOut = Object.keys(written).filter((key) => LEFT_OUT.has(key) && !isEmpty(written[key]));
  const kept = mapEntries(written, (key, value) => {
    if (value === null || LEFT_OUT.has(key)) return null;
    const block = BLOCKS.has(key) ? unwrapBlock(value) : null;
    return [KEYS.get(key) ?? key, withoutNulls(block ?? value)];
  });
  if (kind === "lists") return { value: respellItems(kept), problems: [], leftOut };
  if (kind === "posture_rules") {
    const input = asPlain(kept.input);
    if (input === null) return { value: kept, problems: [], leftOut };
    const isBlock = unwrapBlock(written.input) !== null;
    const respelled = respellPostureInput(textAt(kept, "type"), input, isBlock);
    return { value: { ...kept, input: respelled.input }, problems: respelled.problems, leftOut };
  }
  const value = kind === "applications" ? respellPolicies(kept) : respellLists(kept);
  return { value, problems: [], leftOut };
}

function respellLists(value: Plain): Plain {
  return mapEntries(value, (key, part) => {
    const isRules = key === "include" || key === "require" || key === "exclude";
    return [key, isRules && Array.isArray(part) ? respellRules(part) : part];
  });
}

/** An application's policies may be written out in it. */
function respellPolicies(value: Plain): Plain {
  return mapEntries(value, (key, part) => {
    if (key !== "policies" || !Array.isArray(part)) return [key, part];
    return [key, part.map((policy) => (asPlain(policy) ? respell("policies", policy).value : policy))];
  });
}

/** Version 4 of Terraform's provider has plain values, and those with a description apart from them. */
function respellItems({ items_with_description: described, ...list }: Plain): Plain {
  if (!Array.isArray(list.items) && !Array.isArray(described)) {
    // The API lists lists without their items: where they are counted as none, they are all here.
    return list.count === 0 ? { items: [], ...list } : list;
  }
  const items: unknown[] = Array.isArray(list.items) ? list.items : [];
  const plain = items.map((item) => (typeof item === "string" ? { value: item } : item));
  return { ...list, items: [...plain, ...(Array.isArray(described) ? described : [])] };
}
