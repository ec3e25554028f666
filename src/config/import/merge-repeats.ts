import { showPlace } from "../policies/cursor.ts";
import { type ExportedObject, idOf } from "./exported-object.ts";
import { isEmpty } from "./plain.ts";
import { sameContent } from "./tidy.ts";

/**
 * Leaves one of several objects that say the same under one id, as exports overlap. Where they do not, none can be
 * taken: nobody knows which of them is in force.
 */
export function mergeRepeats(objects: readonly ExportedObject[]): readonly ExportedObject[] {
  const groups = Map.groupBy(objects, (object) => {
    const id = idOf(object.value);
    return id === "" ? object : JSON.stringify([object.kind, id]);
  });
  return [...groups.values()].flatMap(mergeGroup);
}

function mergeGroup(group: readonly ExportedObject[]): readonly ExportedObject[] {
  const [first, ...others] = withoutBareLists(group);
  if (first === undefined) return [];
  const rival = others.find(({ kind, value }) => !sameContent(kind, first.value, value));
  if (rival === undefined) return [first];
  return [first, ...others].map((object) => {
    const other = object === first ? rival : first;
    const problem = `another one at ${showPlace(other.place)} has the same id and other content; export both anew`;
    return { ...object, problems: [...object.problems, problem] };
  });
}

/** The API lists lists without their items: their count is kept, to be held against the items. */
function withoutBareLists(group: readonly ExportedObject[]): readonly ExportedObject[] {
  const isBare = ({ kind, value }: ExportedObject) => kind === "lists" && value.items === undefined;
  const full = group.filter((object) => !isBare(object));
  const counted = group.find((object) => isBare(object) && !isEmpty(object.value.count));
  if (full.length === 0) return group.slice(0, 1);
  if (counted === undefined) return full;
  return full.map((object) => ({ ...object, value: { ...object.value, count: counted.value.count } }));
}
