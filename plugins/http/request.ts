import { AnswerError } from "../support/answer-error.ts";
import { readPath, type Scope } from "./path.ts";
import type { RequestSource } from "./source-schema.ts";
import { compileTemplate, type Template } from "./template.ts";

/** A request, ready to be sent. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/**
 * Makes the request of a step for a scope; `page/cursor` is null, or where the next page begins. `all`, where it
 * is a list, is as many parameters of a query as it has texts, and a list in JSON.
 */
export interface RequestMaker {
  readonly templates: readonly Template[];
  make(scope: Scope): HttpRequest;
}

type Fields = readonly (readonly [name: string, template: Template])[];
type Fill = (scope: Scope) => unknown;

/** Those who are asked about at once: a text, or a list of texts. */
export const ALL = "all";
const CURSOR = { name: "page", pointer: ["cursor"] };

export function compileRequest(request: RequestSource): RequestMaker {
  const { method = "GET", json } = request;
  const url = compileTemplate(request.url);
  const query = compileFields(request.query);
  const headers = compileFields(request.headers);
  const templates = [
    url,
    ...query.map(([, template]) => template),
    ...headers.map(([, template]) => template),
  ];
  const fillJson = json === undefined ? null : compileJson(json, templates);
  return {
    templates,
    make(scope) {
      const target = new URL(url.fill(scope, encodeSegment));
      for (const [name, template] of query) {
        // The first page has no cursor, and is asked for without one.
        if (isCursor(template) && readPath(scope, CURSOR) === null) continue;
        const texts = readList(template, scope) ?? [template.fill(scope)];
        for (const text of texts) target.searchParams.append(name, text);
      }
      return {
        method,
        url: target,
        headers: {
          accept: "application/json",
          ...(fillJson === null ? {} : { "content-type": "application/json" }),
          ...Object.fromEntries(headers.map(([name, template]) => [name, template.fill(scope)])),
        },
        body: fillJson === null ? null : JSON.stringify(fillJson(scope)),
      };
    },
  };
}

function compileFields(fields: Readonly<Record<string, string>> = {}): Fields {
  return Object.entries(fields).map(([name, text]) => [name, compileTemplate(text)]);
}

/** JSON with templates for texts; a text that is one value and nothing else becomes that value. */
function compileJson(json: unknown, templates: Template[]): Fill {
  if (typeof json === "string") {
    const template = compileTemplate(json);
    templates.push(template);
    if (isCursor(template)) return (scope) => readPath(scope, CURSOR);
    return (scope) => readList(template, scope) ?? template.fill(scope);
  }
  if (Array.isArray(json)) {
    const items = json.map((item) => compileJson(item, templates));
    return (scope) => items.map((fill) => fill(scope));
  }
  if (typeof json === "object" && json !== null) {
    const entries = Object.entries(json).map(([key, value]) => [key, compileJson(value, templates)] as const);
    return (scope) => Object.fromEntries(entries.map(([key, fill]) => [key, fill(scope)]));
  }
  return () => json;
}

function isCursor({ only }: Template): boolean {
  return only !== null && only.name === CURSOR.name && only.pointer.join("/") === CURSOR.pointer.join("/");
}

/** The texts that a template which is `{all}` and nothing else stands for; null for any other. */
function readList({ only }: Template, scope: Scope): readonly string[] | null {
  const all = only?.name === ALL ? scope.get(ALL) : null;
  return Array.isArray(all) ? all : null;
}

/** One segment of a path, or one value of a query, and never a way out of it. */
function encodeSegment(text: string): string {
  if (text === "." || text === "..") throw new AnswerError("a value would lead out of the address");
  return encodeURIComponent(text);
}
