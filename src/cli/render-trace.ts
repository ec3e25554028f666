import type { ListsTrace, PolicyTrace, RuleTrace, Trace } from "../core/decision.ts";
import type { Fact } from "../core/fact.ts";
import type { Effect } from "../core/model.ts";
import { DECISION_REASONS, UNKNOWN_REASONS } from "../core/reason.ts";
import type { Verdict } from "../core/verdict.ts";
import { toPlain } from "../observe/plain-value.ts";
import {
  formatDuration,
  paint,
  printable,
  renderMark,
  renderTrees,
  type Style,
  type Tree,
} from "./terminal.ts";

const EFFECTS: { readonly [E in Effect]: string } = {
  allow: "Allow",
  deny: "Block",
  bypass: "Bypass",
  non_identity: "Service Auth",
};

const VERDICTS: { readonly [V in Verdict]: string } = {
  match: "matches",
  no_match: "does not match",
  unknown: "cannot be decided",
};

const WITHHELD = {
  no_person: "it needs a person, and nobody is known to have logged in",
  idp_not_allowed: "the application does not accept the login method that was used",
  idp_unknown: "the application asks for a login method, and which was used is unknown",
} as const;

const LISTS = [
  { list: "include", title: "include (any of)" },
  { list: "require", title: "require (all of)" },
  { list: "exclude", title: "exclude (none of)" },
] as const;

/** Milliseconds below which a fact is not worth an age. */
const FRESH_MS = 1_000;

/**
 * A trace as a person on call reads it: the answer and its reason, then every policy in order of execution
 * with its rules and the facts they saw. `now` is the moment of the decision, milliseconds since the epoch.
 */
export function renderTrace(trace: Trace, now: number, style: Style): string {
  const policies = trace.policies.map((policy) => treeOfPolicy(policy, now, style));
  return `${renderHeadline(trace, style)}\n${renderTrees(policies, style)}`;
}

function renderHeadline({ application, decision }: Trace, style: Style): string {
  const colors = paint(style);
  const permits = decision.outcome === "permit";
  const outcome = colors.bold(permits ? colors.green("PERMIT") : colors.red("DENY"));
  const policy = decision.policy === null ? "" : `: ${printable(decision.policy.name)}`;
  return `${outcome}  ${colors.bold(printable(application.name))}\n${DECISION_REASONS[decision.reason]}${policy}`;
}

function treeOfPolicy(trace: PolicyTrace, now: number, style: Style): Tree {
  const colors = paint(style);
  const title = `${EFFECTS[trace.policy.effect]} “${printable(trace.policy.name)}”`;
  if (!trace.reached) return { text: colors.dim(`· ${title}: not reached`), children: [] };
  const withheld = trace.withheld === null ? "" : `: ${WITHHELD[trace.withheld]}`;
  return {
    text: `${renderMark(trace.verdict, style)} ${colors.bold(title)} ${VERDICTS[trace.verdict]}${withheld}`,
    children: treesOfLists(trace.lists, now, style),
  };
}

function treesOfLists(lists: ListsTrace, now: number, style: Style): Tree[] {
  return LISTS.filter(({ list }) => lists[list].length > 0).map(({ list, title }) => ({
    text: paint(style).dim(title),
    children: lists[list].map((rule) => treeOfRule(rule, now, style)),
  }));
}

function treeOfRule({ label, verdict, why, facts, lists }: RuleTrace, now: number, style: Style): Tree {
  const because = why === null ? "" : paint(style).yellow(`: ${UNKNOWN_REASONS[why]}`);
  const children =
    lists === null
      ? facts.map(({ name, fact }) => ({
          text: paint(style).dim(`${printable(name)}: ${describe(fact, now, why)}`),
          children: [],
        }))
      : treesOfLists(lists, now, style);
  return { text: `${renderMark(verdict, style)} ${printable(label)}${because}`, children };
}

/** `told` is the reason that the rule has already given. */
function describe(fact: Fact<unknown>, now: number, told: RuleTrace["why"]): string {
  const source = fact.source === "" ? "" : printable(fact.source);
  if (fact.state === "unknown") {
    const from = source === "" ? "unknown" : `unknown to ${source}`;
    return fact.why === told ? from : `${from}: ${UNKNOWN_REASONS[fact.why]}`;
  }
  const origin = [source, formatAge(now - fact.learntAt)].filter((part) => part !== "").join(", ");
  if (fact.state === "absent") return `none (${origin})`;
  const { value, whole } = toPlain(fact.value);
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  const partial = fact.complete ? "" : ", only a part of the set";
  return `${printable(shown)}${whole ? "" : " …"} (${origin}${partial})`;
}

function formatAge(ms: number): string {
  return ms < FRESH_MS ? "just now" : `${formatDuration(ms)} old`;
}
