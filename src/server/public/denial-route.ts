import { Elysia } from "elysia";
import type { Rechecked } from "../../pip/recheck.ts";
import type { Store } from "../../store/store.ts";
import { errorReply } from "../errors.ts";
import { type DenialPage, renderDenialPage } from "./denial-page.ts";
import { type DenialRecord, readDenial } from "./denial-record.ts";

export interface DenialRouteOptions {
  readonly store: Store;
  /** Learns anew what is watched of these sessions, at most so often. Throws `StoreError`. */
  readonly recheck: (sessions: readonly string[]) => Promise<readonly Rechecked[]>;
  readonly publicUrl: string;
  readonly onFailure: (error: unknown) => void;
}

/** As decisions have them, and as nobody guesses them. */
const DECISION_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * `GET /denied/<decision>`: the page of a denial, for whoever has its id. `POST /denied/<decision>/recheck`
 * asks the providers anew, and leads back to where the person wanted to go.
 */
export function denialRoute({ store, recheck, publicUrl, onFailure }: DenialRouteOptions) {
  async function find(id: string | null): Promise<DenialRecord | null> {
    try {
      return id === null ? null : await readDenial(store, id);
    } catch (error) {
      onFailure(error);
      return null;
    }
  }

  async function show(id: string | null): Promise<Response> {
    return render({ id, denial: await find(id), note: null });
  }

  function render(page: Omit<DenialPage, "publicUrl">): Response {
    return renderDenialPage({ ...page, publicUrl });
  }

  async function checkAgain(id: string | null): Promise<Response> {
    const denial = await find(id);
    if (denial === null)
      return render({ id, denial, note: "This page is too old. Try again from the start." });
    try {
      const results = await recheck(denial.sessions);
      const waits = results.flatMap((result) => (result.state === "too_soon" ? [result.retryAfterMs] : []));
      if (waits.length === 0) {
        return new Response(null, {
          status: 303,
          headers: { Location: denial.url, "Cache-Control": "no-store" },
        });
      }
      const seconds = Math.ceil(Math.max(...waits) / 1_000);
      return render({
        id,
        denial,
        note: `This was checked a moment ago. Check again in ${seconds} seconds.`,
      });
    } catch (error) {
      onFailure(error);
      return render({ id, denial, note: "It could not be checked again just now. Try again in a moment." });
    }
  }

  return new Elysia({ name: "denial" })
    .all("/denied/", ({ request: { method } }) =>
      isReading(method) ? show(null) : refuseMethod("GET, HEAD"),
    )
    .all("/denied/:id", ({ request: { method }, params }) =>
      isReading(method) ? show(idOf(params.id)) : refuseMethod("GET, HEAD"),
    )
    .all("/denied/:id/recheck", ({ request: { method }, params }) =>
      method === "POST" ? checkAgain(idOf(params.id)) : refuseMethod("POST"),
    );
}

function isReading(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function refuseMethod(allow: string): Response {
  return errorReply(405, { Allow: allow });
}

function idOf(text: string): string | null {
  return DECISION_ID.test(text) ? text : null;
}
