import type { Decision } from "../../src/core/decision.ts";
import type { Provenance } from "../../src/core/fact.ts";
import type { Application, Policy } from "../../src/core/model.ts";
import type { Place } from "../../src/core/place.ts";

/** 2026-11-21T12:00:00Z, the moment at which written-down requests are decided. */
export const NOON = 1_795_262_400_000;

export const NOWHERE: Place = { file: "wiki.yaml", line: 1, column: 1 };

/** What `source` said `ageMs` ago, good for ever. */
export function said(source: string, ageMs = 0): Provenance {
  return { source, learntAt: NOON - ageMs, expiresAt: Number.POSITIVE_INFINITY };
}

export function policyNamed(name: string, with_: Partial<Policy> = {}): Policy {
  return {
    id: name.toLowerCase().replaceAll(" ", "-"),
    name,
    effect: "allow",
    include: [],
    require: [],
    exclude: [],
    sessionDurationMs: null,
    acknowledge: new Map(),
    place: NOWHERE,
    ...with_,
  };
}

export function applicationNamed(name: string, policies: readonly Policy[] = []): Application {
  return {
    id: `id-of-${name}`,
    name,
    type: "self_hosted",
    audience: null,
    destinations: [],
    policies,
    allowedIdps: [],
    sessionDurationMs: null,
    optionsPreflightBypass: false,
    serviceAuth401Redirect: false,
    serviceTokenHeader: null,
    customDenyUrl: null,
    customNonIdentityDenyUrl: null,
    customDenyMessage: null,
    tags: [],
    acknowledge: new Map(),
    place: NOWHERE,
  };
}

export function permitBy(policy: Policy): Decision {
  return { outcome: "permit", reason: "policy_allowed", policy, effect: policy.effect, cause: "known" };
}

/** A destination for logs that keeps what is written, line by line. */
export function collectLines(): { readonly lines: string[]; write(text: string): void } {
  const lines: string[] = [];
  return { lines, write: (text) => void lines.push(...text.split(/(?<=\n)/)) };
}
