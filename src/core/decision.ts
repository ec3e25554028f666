import type { FactName } from "./attribute.ts";
import type { Fact } from "./fact.ts";
import type { Application, Effect, Policy, Rule } from "./model.ts";
import type { DecisionReason, UnknownReason } from "./reason.ts";
import type { Verdict } from "./verdict.ts";

/** The answer to one request. */
export interface Decision {
  readonly outcome: "permit" | "deny";
  readonly reason: DecisionReason;
  /** The policy that decided, and its effect; null where none did. */
  readonly policy: Policy | null;
  readonly effect: Effect | null;
  /** Whether something unknown played a part in a denial. */
  readonly cause: "known" | "unknown";
}

/** How one rule was judged. */
export interface RuleTrace {
  readonly rule: Rule;
  /** What the rule asks for, in a few words: `e-mail ends in @example.com`. */
  readonly label: string;
  readonly verdict: Verdict;
  /** Why it is unknown; null where it is not. */
  readonly why: UnknownReason | null;
  /** The facts it looked at, as they counted at that moment. */
  readonly facts: readonly { readonly name: FactName; readonly fact: Fact<unknown> }[];
  /** Of a group: its own rules. */
  readonly lists: ListsTrace | null;
}

export interface ListsTrace {
  readonly include: readonly RuleTrace[];
  readonly require: readonly RuleTrace[];
  readonly exclude: readonly RuleTrace[];
}

/** How one policy was judged, or that it was not reached. */
export type PolicyTrace =
  | { readonly policy: Policy; readonly reached: false }
  | {
      readonly policy: Policy;
      readonly reached: true;
      readonly verdict: Verdict;
      /** Demands beside the policy's own rules that kept it from matching. */
      readonly withheld: "no_person" | "idp_not_allowed" | "idp_unknown" | null;
      readonly lists: ListsTrace;
    };

/** A decision with its reasons; `policies` are in order of execution. */
export interface Trace {
  readonly application: Application;
  readonly decision: Decision;
  readonly policies: readonly PolicyTrace[];
}
