import { AnswerError } from "../support/answer-error.ts";
import { compilePaging } from "./paging.ts";
import { compilePointer, readPointer, type Scope } from "./path.ts";
import { compileRequest, type HttpRequest } from "./request.ts";
import type { StepSource } from "./source-schema.ts";
import { compileTemplate, type Template } from "./template.ts";

export type Ask = (request: HttpRequest) => Promise<Response>;

/**
 * What a step found. `none`: the API was asked, answered completely, and has none. `unsure`: what it has may be
 * another's, or several could be meant.
 */
export type Found =
  | { readonly kind: "one"; readonly record: unknown }
  | { readonly kind: "all"; readonly records: readonly unknown[]; readonly complete: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "unsure" };

/** One question to an API, over as many pages as it has. */
export interface Step {
  readonly name: string;
  readonly isOptional: boolean;
  readonly templates: readonly Template[];
  find(scope: Scope, ask: Ask): Promise<Found>;
}

/** More pages than this are not read; what was is a part. */
const MAX_PAGES = 50;

export function compileStep(source: StepSource): Step {
  const { name, take = "one" } = source;
  const requests = compileRequest(source.request);
  const findNext = compilePaging(source.paging, requests);
  const recordsAt = source.records === undefined ? null : compilePointer(source.records);
  const failsIf = source.fails_if === undefined ? null : compilePointer(source.fails_if);
  const matches = Object.entries(source.match ?? {}).map(
    ([pointer, text]) => [compilePointer(pointer), compileTemplate(text)] as const,
  );
  const notFound = source.not_found ?? null;
  const notFoundAt = compilePointer(notFound?.at ?? "");

  /** The records of all pages; null where the API says that there is no such thing. */
  async function readAll(scope: Scope, ask: Ask) {
    const records: unknown[] = [];
    let next: HttpRequest | null = requests.make(new Map([...scope, ["page", { cursor: null }]]));
    for (let pages = 0; next !== null && pages < MAX_PAGES; pages++) {
      const request: HttpRequest = next;
      const response = await ask(request);
      const body: unknown = await response.json();
      if (response.status === 404) {
        if (notFound !== null && String(readPointer(body, notFoundAt)) === notFound.is) return null;
        throw new Error("answered 404, which is not how it says that a subject is not found");
      }
      if (failsIf !== null && holdsAnything(readPointer(body, failsIf))) throw new Error("reported an error");
      records.push(...recordsOf(body));
      next = findNext({ request, response, body }, scope);
    }
    return { records, complete: next === null };
  }

  function recordsOf(body: unknown): readonly unknown[] {
    if (recordsAt === null) {
      if (typeof body === "object" && body !== null) return [body];
      throw new AnswerError(`${name}: the answer is no record`);
    }
    const list = readPointer(body, recordsAt);
    if (source.keyed === true && typeof list === "object" && list !== null) {
      return Object.entries(list).map(([key, value]) => ({ key, value }));
    }
    if (!Array.isArray(list)) throw new AnswerError(`${name}: the answer holds no list at ${source.records}`);
    return list;
  }

  function isMatch(record: unknown, scope: Scope): boolean {
    return matches.every(([pointer, template]) => {
      const value = readPointer(record, pointer);
      const text = /^(?:string|number|boolean)$/.test(typeof value) ? String(value) : "";
      return text.toLowerCase() === template.fill(scope).toLowerCase();
    });
  }

  return {
    name,
    isOptional: source.optional ?? false,
    templates: [...requests.templates, ...matches.map(([, template]) => template)],
    async find(scope, ask) {
      const all = await readAll(scope, ask);
      if (all === null) return { kind: "none" };
      const { complete } = all;
      const records = all.records.filter((record) => isMatch(record, scope));
      if (take === "all") return { kind: "all", records, complete };
      const [record] = records;
      // One record that is another's, or one among pages that were not read, proves nothing of the subject.
      if (records.length > 1 || !complete) return { kind: "unsure" };
      if (records.length === 1) return { kind: "one", record };
      return { kind: recordsAt === null ? "unsure" : "none" };
    },
  };
}

function holdsAnything(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0)
  );
}
