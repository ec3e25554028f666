import type { List } from "../../core/model.ts";
import type { Cursor } from "./cursor.ts";
import { type Directory, show } from "./directory.ts";

/** What the objects of a policy set can refer to. */
export interface References {
  readonly applications: Directory;
  readonly policies: Directory;
  readonly groups: Directory;
  readonly postureRules: Directory;
  readonly identityProviders: Directory;
  readonly serviceTokens: Directory;
  readonly listEntries: Directory;
  /** The lists that are sound, by id. */
  readonly lists: ReadonlyMap<string, List>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The id of an identity provider. A UUID may be one that no file declares, as exports of policies
 * come without them; logins carry the same UUID. A name means nothing without its declaration.
 */
export function findIdp(reference: string, at: Cursor, { identityProviders }: References): string | null {
  if (!identityProviders.has(reference) && UUID.test(reference)) return reference.toLowerCase();
  return identityProviders.find(reference, at)?.id ?? null;
}

/** A list whose type is one of `types`. */
export function findList(
  reference: string,
  types: readonly List["type"][],
  at: Cursor,
  { listEntries, lists }: References,
): List | null {
  const list = lists.get(listEntries.find(reference, at)?.id ?? "");
  if (!list) return null;
  if (types.includes(list.type)) return list;
  return at.report(`the list ${show(list.name)} is of type ${list.type}; it must be ${types.join(" or ")}`);
}
