import type { Decision } from "../../core/decision.ts";
import type { AskedRequest } from "./gate.ts";

/** Of an application that asks for it (`options_preflight_bypass`). */
export const PREFLIGHT_BYPASSED: Decision = Object.freeze({
  outcome: "permit",
  reason: "preflight_bypassed",
  policy: null,
  effect: "bypass",
  cause: "known",
});

/** The request that a browser sends ahead without any credential (Fetch, 3.3.2): no other OPTIONS. */
export function isPreflight({ method, headers }: AskedRequest): boolean {
  return method === "OPTIONS" && headers.has("origin") && headers.has("access-control-request-method");
}

/** Whether it is a script that asks: sending it to a login page would lead nowhere. */
export function isScripted(asked: AskedRequest): boolean {
  return asked.headers.get("x-requested-with") === "XMLHttpRequest" || isPreflight(asked);
}
