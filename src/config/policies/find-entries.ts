import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Fault } from "../../core/place.ts";
import type { ReadResult } from "../source.ts";
import { Cursor } from "./cursor.ts";
import { type Entry, idFromName } from "./directory.ts";
import { PoliciesShellSchema, type Section } from "./schema.ts";
import { given } from "./schema-parts.ts";

/** The objects of all files, as they were written. */
export interface WrittenObjects {
  readonly entries: { readonly [S in Section]: readonly Entry[] };
  /** False where a file could not be read. */
  readonly complete: boolean;
}

/** Finds the objects of all files, whatever their shape: decoding checks them one by one. */
export function findEntries(files: readonly ReadResult[], faults: Fault[]): WrittenObjects {
  const entries: { readonly [S in Section]: Entry[] } = {
    applications: [],
    policies: [],
    groups: [],
    lists: [],
    posture_rules: [],
    identity_providers: [],
    service_tokens: [],
    certificates: [],
  };
  let complete = true;
  for (const { source, faults: syntaxFaults } of files) {
    faults.push(...syntaxFaults);
    const top = source && new Cursor(source, [], faults);
    const sections = top?.read(PoliciesShellSchema);
    if (!top || !sections) {
      complete = false;
      continue;
    }
    for (const section of SECTIONS) {
      const objects = given(sections[section]) ?? [];
      entries[section].push(...objects.map((object, index) => toEntry(object, top.at(section, index))));
    }
  }
  return { entries, complete };
}

const SECTIONS = [
  "applications",
  "policies",
  "groups",
  "lists",
  "posture_rules",
  "identity_providers",
  "service_tokens",
  "certificates",
] as const satisfies readonly Section[];

const isMapping = TypeCompiler.Compile(Type.Record(Type.String(), Type.Unknown()));

/** An object with the id that it has, or one made from its name within `scope`. */
export function toEntry(object: unknown, at: Cursor, scope = ""): Entry {
  const text = (key: string): string => {
    const value = isMapping.Check(object) ? object[key] : undefined;
    return typeof value === "string" ? value : "";
  };
  const name = text("name");
  return { id: text("id") || text("uid") || (name && scope + idFromName(name)), name, at };
}
