import { AnswerError } from "../support/answer-error.ts";
import { compilePaging } from "./paging.ts";
import { compilePointer, readPointer, type Scope } from "./path.ts";
import type { HttpRequest, RequestMaker } from "./request.ts";
import type { StepSource } from "./source-schema.ts";

export type Ask = (request: HttpRequest) => Promise<Response>;

/** The records of all pages; null where the API says that there is no such thing. */
export type ReadRecords = (
  scope: Scope,
  ask: Ask,
) => Promise<{ readonly records: readonly unknown[]; readonly complete: boolean } | null>;

/** More pages than this are not read; what was is a part. */
const MAX_PAGES = 50;

/** Asks as `requests` says, and reads the answers as the step says. */
export function compileReadRecords(source: StepSource, requests: RequestMaker): ReadRecords {
  const findNext = compilePaging(source.paging, requests);
  const recordsAt = source.records === undefined ? null : compilePointer(source.records);
  const failsIf = source.fails_if === undefined ? null : compilePointer(source.fails_if);
  const notFound = source.not_found ?? null;
  const notFoundAt = compilePointer(notFound?.at ?? "");

  function recordsOf(body: unknown): readonly unknown[] {
    if (recordsAt === null) {
      if (typeof body === "object" && body !== null) return [body];
      throw new AnswerError(`${source.name}: the answer is no record`);
    }
    const list = readPointer(body, recordsAt);
    if (source.keyed === true && typeof list === "object" && list !== null) {
      return Object.entries(list).map(([key, value]) => ({ key, value }));
    }
    if (Array.isArray(list)) return list;
    throw new AnswerError(`${source.name}: the answer holds no list at ${source.records}`);
  }

  return async (scope, ask) => {
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
      next = findNext({ request, response, body, records: records.length }, scope);
    }
    return { records, complete: next === null };
  };
}

function holdsAnything(value: unknown): boolean {
  return (
    value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0)
  );
}
