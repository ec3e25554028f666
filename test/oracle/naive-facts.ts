import type { FactName, FactValue } from "../../src/core/attribute.ts";
import type { Fact, Facts } from "../../src/core/fact.ts";
import type { UnknownReason } from "../../src/core/reason.ts";
import type { Verdict } from "../../src/core/verdict.ts";

/** What one rule says, and why where it cannot say. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly why: UnknownReason | null;
}

export const YES: Judgement = { verdict: "match", why: null };
export const NO: Judgement = { verdict: "no_match", why: null };
export const unsure = (why: UnknownReason): Judgement => ({ verdict: "unknown", why });

/** Attributes of which "there is none" is an answer; everybody has the others, so that absent is not learnt. */
const MAY_BE_ABSENT = new Set<FactName>([
  "credential.service_token",
  "credential.certificate",
  "credential.linked_app_token",
  "identity.groups",
  "identity.saml_attributes",
  "identity.oidc_claims",
  "identity.account_memberships",
  "identity.authentication_contexts",
  "device.warp",
  "device.gateway",
]);

/** The facts of one request, asked one question at a time. */
export class NaiveFacts {
  constructor(
    readonly facts: Facts,
    readonly now: number,
  ) {}

  ask<N extends FactName>(name: N, test: (value: FactValue<N>) => boolean): Judgement {
    const fact = this.current(name);
    if (fact.state === "unknown") return unsure(fact.why);
    if (fact.state === "absent") return this.whenAbsent(name);
    if (test(fact.value)) return YES;
    return this.provesAbsence(fact.complete) ? NO : unsure("incomplete");
  }

  /** The fact as it counts at this moment. */
  current<N extends FactName>(name: N): Fact<FactValue<N>> {
    const fact: Fact<FactValue<N>> | undefined = this.facts[name];
    if (fact === undefined) return { state: "unknown", why: "not_provided", source: "" };
    if (fact.state === "unknown") return fact;
    if (this.isOver(fact.expiresAt)) return { state: "unknown", why: "expired", source: fact.source };
    if (this.isAhead(fact.learntAt)) return { state: "unknown", why: "from_the_future", source: fact.source };
    return fact;
  }

  isOver(expiresAt: number): boolean {
    return Number.isNaN(expiresAt) || this.now >= expiresAt;
  }

  isAhead(learntAt: number): boolean {
    return Number.isNaN(learntAt) || learntAt > this.now + 5_000;
  }

  whenAbsent(name: FactName): Judgement {
    return MAY_BE_ABSENT.has(name) ? NO : unsure("missing");
  }

  /** A part of a set proves presence, never absence. */
  provesAbsence(complete: boolean): boolean {
    return complete;
  }
}
