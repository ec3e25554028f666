import { AnswerError } from "../support/answer-error.ts";
import { compilePointer, readPointer, type Scope } from "./path.ts";
import type { HttpRequest, RequestMaker } from "./request.ts";
import type { PagingSource } from "./source-schema.ts";

/** A page that was answered. */
export interface Page {
  readonly request: HttpRequest;
  readonly response: Response;
  readonly body: unknown;
  /** Records of this page and of those before it. */
  readonly records: number;
}

/** The request for the page after this one; null where it was the last. Throws where that cannot be told. */
export type FindNext = (page: Page, scope: Scope) => HttpRequest | null;

export function compilePaging(paging: PagingSource | undefined, requests: RequestMaker): FindNext {
  switch (paging?.type) {
    case undefined:
      return () => null;
    case "link":
      return ({ request, response }) => follow(request, findNextLink(response.headers.get("link") ?? ""));
    case "next_url": {
      const at = compilePointer(paging.at);
      return ({ request, body }) => follow(request, readText(readPointer(body, at)));
    }
    case "cursor": {
      const at = compilePointer(paging.at);
      const more = paging.more === undefined ? null : compilePointer(paging.more);
      return ({ body }, scope) => {
        const cursor = readText(readPointer(body, at));
        if (more !== null && !readMore(readPointer(body, more))) return null;
        if (cursor !== null) return requests.make(new Map([...scope, ["page", { cursor }]]));
        if (more === null) return null;
        throw new AnswerError("there are more pages, but it does not say where");
      };
    }
    case "offset": {
      const totalAt = compilePointer(paging.total);
      return ({ body, records }, scope) => {
        const total = readPointer(body, totalAt);
        if (typeof total !== "number") throw new AnswerError("it does not say how many records there are");
        return records < total ? requests.make(new Map([...scope, ["page", { cursor: records }]])) : null;
      };
    }
  }
}

/** What is sent along proves who asks, and is for one server only. */
function follow(request: HttpRequest, link: string | null): HttpRequest | null {
  if (link === null) return null;
  const url = URL.parse(link, request.url.href);
  if (url === null || url.origin !== request.url.origin) {
    throw new AnswerError("the next page is on another server");
  }
  return { ...request, url };
}

/** The target of `rel=next` in a Link header (RFC 8288). */
function findNextLink(header: string): string | null {
  for (const [, target = "", parameters = ""] of header.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*"?(?:[^";,]*\s)?next(?:\s[^";,]*)?"?\s*(?:[;,]|$)/i.test(parameters)) return target;
  }
  return null;
}

function readText(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "string") return value;
  throw new AnswerError("what leads to the next page is not text");
}

function readMore(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new AnswerError("it does not say whether there are more pages");
}
