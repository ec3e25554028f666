import type { Groups } from "../core/attribute.ts";
import { foldCase } from "../core/posture/fold-case.ts";
import { asRecord, readText } from "./json-value.ts";

/** Where a group given as an object holds each of the names that a rule may use. */
const PROPERTIES = { ids: "id", names: "name", emails: "email" } as const;
const KINDS = ["ids", "names", "emails"] as const;

/**
 * Groups as Access lists them: texts, whose meaning the type of the identity provider gives, or objects
 * with an id, a name and an address. Null where one entry lacks what rules for that type tell groups by:
 * it could be any group.
 */
export function readGroups(value: unknown, idpType: string): Groups | null {
  if (!Array.isArray(value)) return null;
  const groups = { ids: new Set<string>(), names: new Set<string>(), emails: new Set<string>() };
  const told = PROPERTIES[kindOf(idpType)];
  for (const entry of value) {
    const group = typeof entry === "string" ? { [told]: entry } : asRecord(entry);
    if (readText(group?.[told]) === null) return null;
    for (const kind of KINDS) {
      const text = readText(group?.[PROPERTIES[kind]]);
      if (text !== null) groups[kind].add(knowsCase(kind, idpType) ? text : foldCase(text));
    }
  }
  return groups;
}

/** What rules tell the groups of a provider by. */
function kindOf(idpType: string): keyof Groups {
  if (idpType === "azureAD") return "ids";
  return idpType === "google-apps" || idpType === "google" ? "emails" : "names";
}

function knowsCase(kind: keyof Groups, idpType: string): boolean {
  return kind === "ids" || (kind === "names" && idpType !== "github");
}
