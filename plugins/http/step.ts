import { compileFindMany, type FindMany } from "./find-many.ts";
import { type Find, onlyOf, UNSURE } from "./found.ts";
import { compileMatch } from "./match.ts";
import { compileReadRecords } from "./read-records.ts";
import { compileRequest } from "./request.ts";
import type { StepSource } from "./source-schema.ts";
import type { Template } from "./template.ts";

/** One question to an API, over as many pages as it has. */
export interface Step {
  readonly name: string;
  readonly isOptional: boolean;
  readonly templates: readonly Template[];
  readonly find: Find;
  /** The same for many at once; null where it can only be asked about one. */
  readonly findMany: FindMany | null;
}

/** Throws `TypeError` for one that is to ask about many, and could not tell whose an answer is. */
export function compileStep(source: StepSource): Step {
  const { name, take = "one", optional, records: recordsAt, many } = source;
  const requests = compileRequest(source.request);
  const match = compileMatch(source.match);
  const read = compileReadRecords(source, requests);

  const find: Find = async (scope, ask) => {
    const all = await read(scope, ask);
    if (all === null) return { kind: "none" };
    const { complete } = all;
    const wanted = match.wantedBy(scope);
    const records = all.records.filter((record) => match.heldBy(record) === wanted);
    if (take === "all") return { kind: "all", records, complete };
    const found = onlyOf(records, complete);
    return found.kind === "none" && recordsAt === undefined ? UNSURE : found;
  };

  const single = {
    name,
    isOptional: optional ?? false,
    templates: [...requests.templates, ...match.templates],
    find,
    findMany: null,
  };
  if (many === undefined) return single;
  if (take === "all" || recordsAt === undefined || match.templates.length === 0) {
    throw new TypeError(`step ${name} asks about many: it must have records and a match, and take one`);
  }
  const { findMany, templates } = compileFindMany(source, many, match, find);
  return { ...single, findMany, templates: [...single.templates, ...templates] };
}
