import type { Section } from "../policies/schema.ts";
import { SECTIONS } from "./kinds.ts";
import { mapReferences, type Reference } from "./map-references.ts";
import { type Plain, textAt } from "./plain.ts";

/** The objects of every section. */
export type Sections = { readonly [S in Section]: readonly Plain[] };

/** An object that the others call by its name now. */
export interface Renamed {
  readonly kind: Section;
  readonly id: string;
  readonly name: string;
}

export interface Named {
  readonly sections: Sections;
  readonly renamed: readonly Renamed[];
  /** Names of what is still called by its id, as another has the same name; by id. */
  readonly namesakes: ReadonlyMap<string, string>;
}

/** Lets objects refer to each other by names, where only one can be meant. */
export function giveNames(sections: Sections): Named {
  const bearers = new Map<string, Set<Plain>>();
  for (const kind of SECTIONS) {
    for (const object of sections[kind]) {
      for (const to of new Set([textAt(object, "id"), textAt(object, "name")])) {
        const key = keyOf({ kind, to });
        bearers.set(key, (bearers.get(key) ?? new Set()).add(object));
      }
    }
  }
  const renamed = new Map<Plain, Renamed>();
  const namesakes = new Map<string, string>();
  const rename = ({ kind, to }: Reference): string => {
    const [object, ...others] = bearers.get(keyOf({ kind, to })) ?? [];
    if (object === undefined || others.length > 0) return to;
    const name = textAt(object, "name");
    if (name === "" || name === to) return to;
    if (bearers.get(keyOf({ kind, to: name }))?.size !== 1) {
      namesakes.set(to, name);
      return to;
    }
    renamed.set(object, { kind, id: to, name });
    return name;
  };
  const named = (kind: Section) => sections[kind].map((object) => mapReferences(kind, object, rename));
  return {
    sections: {
      applications: named("applications"),
      policies: named("policies"),
      groups: named("groups"),
      lists: named("lists"),
      posture_rules: named("posture_rules"),
      identity_providers: named("identity_providers"),
      service_tokens: named("service_tokens"),
      certificates: named("certificates"),
    },
    renamed: [...renamed.values()],
    namesakes,
  };
}

function keyOf({ kind, to }: Reference): string {
  return JSON.stringify([kind, to]);
}
