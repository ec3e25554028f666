import { type Client, type Entry, EqualityFilter, OrFilter } from "ldapts";
import { AnswerError } from "../support/answer-error.ts";
import type { DirectoryNames } from "./find-person.ts";

export interface FoundGroups {
  /** Names of groups by their DN. */
  readonly groups: ReadonlyMap<string, string>;
  /** False where the directory keeps some of them elsewhere, or has more than are read. */
  readonly complete: boolean;
}

/** More groups than this are not followed. */
const MAX_GROUPS = 2_000;
/** Members asked for in one search. */
const BATCH = 50;

/** The groups that somebody is in, those that these are in, and so on; circles end it. */
export async function findGroups(
  directory: Client,
  { base, member, name }: DirectoryNames,
  person: string,
): Promise<FoundGroups> {
  const groups = new Map<string, string>();
  let complete = true;
  let members: readonly string[] = [person];
  while (members.length > 0) {
    if (groups.size > MAX_GROUPS) return { groups, complete: false };
    const next: string[] = [];
    for (let start = 0; start < members.length; start += BATCH) {
      const batch = members.slice(start, start + BATCH);
      const filters = batch.map((value) => new EqualityFilter({ attribute: member, value }));
      const { searchEntries, searchReferences } = await directory.search(base, {
        filter: new OrFilter({ filters }),
        attributes: [name],
        paged: true,
      });
      if (searchReferences.length > 0) complete = false;
      for (const entry of searchEntries) {
        if (groups.has(entry.dn)) continue;
        groups.set(entry.dn, readName(entry, name));
        next.push(entry.dn);
      }
    }
    members = next;
  }
  return { groups, complete };
}

/** Attributes are named in whatever case the directory's schema has. A group without a name could be any. */
function readName(entry: Entry, attribute: string): string {
  const found = Object.entries(entry).find(([name]) => name.toLowerCase() === attribute.toLowerCase())?.[1];
  const text = Array.isArray(found) ? found[0] : found;
  if (typeof text === "string" && text !== "") return text;
  throw new AnswerError(`a group has no ${attribute}`);
}
