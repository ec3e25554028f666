import { type Import, importExports } from "../../src/config/import/import-exports.ts";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { readSource } from "../../src/config/source.ts";
import type { PolicySet } from "../../src/core/model.ts";
import { renderFault } from "../../src/core/place.ts";

/** Exports by file name. */
export type Exports = Readonly<Record<string, unknown>>;

function tryImport(exports: Exports) {
  const files = Object.entries(exports).map(([file, value]) =>
    readSource(file, typeof value === "string" ? value : JSON.stringify(value)),
  );
  return importExports(files);
}

/** What becomes of exports that can be used. */
export function importOf(exports: Exports): Import {
  const { imported, faults } = tryImport(exports);
  if (imported === null) throw new Error(faults.map(renderFault).join("\n"));
  return imported;
}

/** Why exports cannot be used. */
export function faultsOf(exports: Exports): readonly string[] {
  return tryImport(exports).faults.map(renderFault);
}

/** The policies of the files that are written. */
export function loadImported({ files }: Import): PolicySet {
  const { policySet, faults } = readPolicies(files);
  if (policySet === null) throw new Error(faults.map(renderFault).join("\n"));
  return policySet;
}

/** What was refused, as `name: reason`. */
export function refusalsOf({ refused }: Import): readonly string[] {
  return refused.flatMap(({ name, reasons }) => reasons.map((reason) => `${name}: ${reason}`));
}

/** The text of one of the files. */
export function textOf({ files }: Import, name: string): string {
  return files.find(({ file }) => file === name)?.text ?? "";
}

export const APP_ID = "3537a672-e4d8-4d89-aab9-26cb622918a1";
export const GROUP_ID = "aa0a4aab-672b-4bdb-bc33-a59f1130a11f";
export const LIST_ID = "597147a1-976b-4ef2-9af0-81d5d007fc34";

export const EVERYONE = [{ everyone: {} }];

/** A policy that lets everyone in. */
export function allow(name: string, more: object = {}) {
  return { id: `id of ${name}`, name, decision: "allow", include: EVERYONE, ...more };
}

export function application(name: string, domain: string, more: object = {}) {
  return {
    id: `id of ${name}`,
    name,
    domain,
    aud: `aud of ${name}`,
    policies: [allow(`in ${name}`)],
    ...more,
  };
}
