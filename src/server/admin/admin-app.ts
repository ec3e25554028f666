import { Elysia } from "elysia";
import { errorHandling } from "../errors.ts";
import { type AdminAction, type AdminApiOptions, adminApi } from "./admin-api.ts";
import { openApiAction } from "./openapi.ts";

/** One thing that Postern rests on, and how it stands. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Whether Postern cannot serve without it. */
  readonly vital: boolean;
  /** What is wrong, in a sentence; null where nothing is. */
  readonly detail: string | null;
}

export interface AdminAppOptions {
  /** Everything that `/readyz` reports; a vital one that is not ok makes it 503. */
  readonly checks: () => Promise<readonly Check[]>;
  readonly metrics: () => Promise<{ readonly body: string; readonly contentType: string }>;
  readonly actions: readonly AdminAction[];
  readonly api: AdminApiOptions;
  readonly onFailure: (error: unknown) => void;
}

const NO_STORE = { "Cache-Control": "no-store" };

/** The admin listener: health and readiness, figures, and the admin API for those who hold a token. */
export function createAdminApp({ checks, metrics, actions, api, onFailure }: AdminAppOptions) {
  return new Elysia({ handler: { standardHostname: false }, normalize: false })
    .use(errorHandling(onFailure))
    .use(adminApi([...actions, openApiAction()], api))
    .get("/healthz", () => Response.json({ status: "ok" }, { headers: NO_STORE }))
    .get("/readyz", async () => {
      const results = await checks();
      const ready = results.every(({ ok, vital }) => ok || !vital);
      const degraded = results.some(({ ok }) => !ok);
      const body = { status: ready ? (degraded ? "degraded" : "ready") : "not_ready", checks: results };
      return Response.json(body, { status: ready ? 200 : 503, headers: NO_STORE });
    })
    .get("/metrics", async () => {
      const { body, contentType } = await metrics();
      return new Response(body, { headers: { "Content-Type": contentType, ...NO_STORE } });
    });
}
