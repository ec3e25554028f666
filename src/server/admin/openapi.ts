import { Type } from "@sinclair/typebox";
import type { AdminAction } from "./admin-api.ts";
import { KEY_OPERATIONS } from "./key-actions.ts";
import { type AdminOperation, strictObject } from "./operation.ts";
import { RECHECK_OPERATION } from "./recheck-action.ts";
import { SESSION_OPERATIONS } from "./session-actions.ts";

const OPENAPI_OPERATION: AdminOperation = {
  method: "GET",
  path: "/v1/openapi.json",
  action: "openapi.read",
  role: "viewer",
  summary: "This document",
  query: null,
  body: null,
  answer: Type.Object({}),
};

/** Everything that the admin API does. */
export const ADMIN_OPERATIONS: readonly AdminOperation[] = [
  ...Object.values(KEY_OPERATIONS),
  ...Object.values(SESSION_OPERATIONS),
  RECHECK_OPERATION,
  OPENAPI_OPERATION,
];

const ErrorAnswer = strictObject({ error: strictObject({ code: Type.String(), message: Type.String() }) });

/** The admin API in the words of OpenAPI 3.1. */
export function openApiDocument(): object {
  const paths: Record<string, object> = {};
  for (const operation of ADMIN_OPERATIONS) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "The admin API of Postern",
      version: "1",
      description: "Every call needs a bearer token of postern.yaml, and is written to the log.",
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: { Error: { description: "Why not", content: json(ErrorAnswer) } },
    },
  };
}

/** `GET /v1/openapi.json`. */
export function openApiAction(): AdminAction {
  const body = JSON.stringify(openApiDocument());
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  return { ...OPENAPI_OPERATION, handle: async () => new Response(body, { headers }) };
}

function describe({ action, role, summary, query, body, answer }: AdminOperation): object {
  const required = new Set<string>(query?.required ?? []);
  const parameters = Object.entries(query?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.has(name),
    schema,
  }));
  return {
    operationId: action,
    summary,
    description: `For the role ${role}${role === "viewer" ? " and above" : ""}.`,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: "Done", content: json(answer) },
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

function json(schema: object): object {
  return { "application/json": { schema } };
}
