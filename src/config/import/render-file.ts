import { Document, isMap, isNode, isPair, isSeq, visit } from "yaml";
import type { Section } from "../policies/schema.ts";
import type { Plain } from "./plain.ts";

/** What is longer is written over several lines. */
const MAX_FLOW_LENGTH = 84;

export interface FileContent {
  readonly section: Section;
  readonly objects: readonly Plain[];
  /** What the file is about, where its content does not say it. */
  readonly comment: string | null;
}

/** A policy file: short parts on one line, and the name of what is called by its id beside it. */
export function renderFile(
  { section, objects, comment }: FileContent,
  namesakes: ReadonlyMap<string, string>,
): string {
  const document = new Document({ [section]: objects }, { schema: "core", aliasDuplicateObjects: false });
  document.commentBefore = comment;
  visit(document, {
    Collection(key, collection, ancestors) {
      const depth = ancestors.filter((node) => !isPair(node)).length;
      if (depth === OBJECT_DEPTH - 1) collection.spaceBefore = key !== 0;
      if (depth < OBJECT_DEPTH || isNamed(collection)) return undefined;
      if (isSeq(collection) && collection.items.some((entry) => addNames(entry, namesakes))) return undefined;
      if (JSON.stringify(collection).length > MAX_FLOW_LENGTH) return undefined;
      collection.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Document, sections, objects; what is below belongs to an object. */
const OBJECT_DEPTH = 4;

/** An object or a policy, which reads better over several lines. */
function isNamed(node: unknown): boolean {
  return isMap(node) && node.has("name");
}

/** Puts names beside an entry that calls something by its id; whether it does. */
function addNames(entry: unknown, namesakes: ReadonlyMap<string, string>): boolean {
  if (namesakes.size === 0 || !isNode(entry) || isNamed(entry)) return false;
  const names: string[] = [];
  visit(entry, {
    Scalar(key, { value }) {
      const name = key !== "key" && typeof value === "string" ? namesakes.get(value) : undefined;
      if (name !== undefined) names.push(name.replace(/[\s\p{C}]+/gu, " "));
    },
  });
  if (names.length > 0) entry.comment = ` ${names.join(", ")}`;
  return names.length > 0;
}
