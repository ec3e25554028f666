import type { PolicySet } from "../../core/model.ts";
import type { Fault, Place } from "../../core/place.ts";
import { canonicalJson } from "../policies/canonical.ts";
import { show } from "../policies/directory.ts";
import { readPolicies } from "../policies/read-policies.ts";
import type { Section } from "../policies/schema.ts";
import { sortFaults } from "../sort-faults.ts";
import type { ReadResult } from "../source.ts";
import { assemble } from "./assemble.ts";
import { findMissingPages } from "./check-pages.ts";
import { type ExportedObject, idOf, nameOf } from "./exported-object.ts";
import { findObjects } from "./find-objects.ts";
import { giveNames, type Renamed } from "./give-names.ts";
import { hoistPolicies } from "./hoist-policies.ts";
import { type ImportedFile, layOut } from "./lay-out.ts";
import { mergeRepeats } from "./merge-repeats.ts";
import { listAt, type Plain } from "./plain.ts";
import { type SortedOut, sortOut } from "./sort-out.ts";
import { findLeftOut, listPublicUris, tidy } from "./tidy.ts";

/** Something of an export that was not imported. `kind` is null where nobody can tell what it is. */
export interface Refused {
  readonly kind: Section | null;
  readonly name: string;
  readonly id: string;
  readonly place: Place;
  readonly reasons: readonly string[];
}

/** A key that is not written down, and how many objects had it. */
export interface LeftOut {
  readonly kind: Section;
  readonly key: string;
  readonly objects: number;
  readonly secret: boolean;
}

export interface Import {
  readonly files: readonly ImportedFile[];
  readonly renamed: readonly Renamed[];
  readonly leftOut: readonly LeftOut[];
  readonly refused: readonly Refused[];
  /** What a reader should know of objects that were imported. */
  readonly notes: readonly Fault[];
}

export type ImportResult =
  | { readonly imported: Import; readonly faults: readonly [] }
  /** The files cannot be used, and nothing was made of them. */
  | { readonly imported: null; readonly faults: readonly Fault[] };

/**
 * Turns exports of Cloudflare's API into policy files that decide the same. What cannot be decided is refused, along
 * with all that depends on it; the addresses of a refused application are kept closed.
 */
export function importExports(files: readonly ReadResult[]): ImportResult {
  const faults = files.flatMap((file) => file.faults);
  const found = files.flatMap(({ source }) => (source ? [{ source, found: findObjects(source) }] : []));
  faults.push(...found.flatMap((file) => file.found.faults), ...findMissingPages(found));
  if (faults.length > 0) return { imported: null, faults: sortFaults(faults) };

  const { objects, strays } = assemble(found.flatMap((file) => file.found.objects));
  const sorted = sortOut(mergeRepeats(objects));
  const { kept, refused, closed } = sorted;
  const { applications, policies } = hoistPolicies(kept);
  const tidied = (kind: Section) =>
    kept.filter((object) => object.kind === kind).map(({ value }) => tidy(kind, value));
  const named = giveNames({
    applications,
    policies,
    groups: tidied("groups"),
    lists: tidied("lists"),
    posture_rules: tidied("posture_rules"),
    identity_providers: tidied("identity_providers"),
    service_tokens: tidied("service_tokens"),
    certificates: tidied("certificates"),
  });
  const written = layOut(named, closed);
  makeSureOf(written, sorted);
  return {
    imported: {
      files: written,
      renamed: named.renamed,
      leftOut: countLeftOut(kept),
      refused: [
        ...strays.map(({ name, place, reason }) => ({ kind: null, name, id: "", place, reasons: [reason] })),
        ...refused.map(({ object, reasons }) => toRefused(object, reasons)),
      ],
      notes: kept.filter(({ kind }) => kind === "applications").flatMap(noteApplication),
    },
    faults: [],
  };
}

/** The files must decide as the export does; that they do not would be a mistake of this program. */
function makeSureOf(files: readonly ImportedFile[], { read }: SortedOut): void {
  const { policySet, faults } = readPolicies(files);
  if (policySet !== null && read.policySet !== null && deciding(policySet) === deciding(read.policySet))
    return;
  throw new Error("what was written down would not decide as the export does", { cause: faults });
}

/** Where reusable policies stand makes no difference: applications hold them. */
function deciding(set: PolicySet): string {
  return canonicalJson({ ...set, policies: [], revision: "" });
}

function toRefused({ kind, value, place }: ExportedObject, reasons: readonly string[]): Refused {
  return { kind, name: nameOf(value), id: idOf(value), place, reasons };
}

const SECRETS: readonly string[] = ["client_secret", "config", "saas_app", "scim_config"];

function countLeftOut(kept: readonly ExportedObject[]): readonly LeftOut[] {
  const keys = kept.flatMap(({ kind, value, leftOut }) =>
    [...leftOut, ...findLeftOut(kind, value)].map((key) => ({ kind, key })),
  );
  return [...Map.groupBy(keys, ({ kind, key }) => JSON.stringify([kind, key])).values()].flatMap((same) => {
    const [first] = same;
    return first ? [{ ...first, objects: same.length, secret: SECRETS.includes(first.key) }] : [];
  });
}

function noteApplication({ value, place }: ExportedObject): readonly Fault[] {
  const notes: Fault[] = [];
  const about = `the application ${show(nameOf(value))}`;
  if (listAt(value, "policies").length === 0) {
    notes.push({ place, message: `${about} came without policies, and lets nobody in` });
  }
  const overridden = findOverridden(value);
  if (overridden.length > 0) {
    const which = overridden.map(show).join(", ");
    notes.push({ place, message: `${about} has destinations, which override ${which} as at Cloudflare` });
  }
  return notes;
}

function findOverridden(value: Plain): readonly string[] {
  if (listAt(value, "destinations").length === 0) return [];
  const uris = listPublicUris(value);
  return listPublicUris({ ...value, destinations: [] }).filter((uri) => !uris.includes(uri));
}
