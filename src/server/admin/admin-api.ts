import { Elysia } from "elysia";
import { errorReply } from "../errors.ts";
import { type Administrator, type Authenticate, mayAct } from "./authenticate.ts";
import type { AdminOperation } from "./operation.ts";

/** Something that was asked of the admin API, for the audit log. */
export interface Audited {
  readonly who: string;
  readonly action: string;
  readonly allowed: boolean;
}

export interface AdminApiOptions {
  readonly authenticate: Authenticate;
  readonly audit: (audited: Audited) => void;
}

/** One thing that the admin API does, and how. */
export interface AdminAction extends AdminOperation {
  handle(request: Request, by: Administrator): Promise<Response>;
}

/** The admin API: every action asks who calls, checks their role and is audited before it is done. */
export function adminApi(actions: readonly AdminAction[], { authenticate, audit }: AdminApiOptions) {
  const app = new Elysia({ name: "admin-api" });
  for (const { method, path, action, role, handle } of actions) {
    app.route(
      method,
      path,
      async ({ request }) => {
        const by = authenticate(request.headers.get("authorization"));
        const allowed = by !== null && mayAct(by, role);
        audit({ who: by?.name ?? "nobody", action, allowed });
        if (by === null) return errorReply(401, { "WWW-Authenticate": "Bearer" });
        return allowed ? handle(request, by) : errorReply(403);
      },
      { parse: "none" },
    );
  }
  return app;
}
