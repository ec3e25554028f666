import { type FactName, keyedFact, type Platform } from "../attribute.ts";
import { current, type Facts } from "../fact.ts";
import type { PostureRule } from "../model.ts";
import { curedByLogin } from "../reason.ts";
import { firstTurn, type TurnsAt } from "../turn.ts";
import { type Judgement, undecided } from "../verdict.ts";
import type { Lists } from "./check-kind.ts";
import { compileCheck } from "./checks.ts";
import { type CompiledCheck, currentWithin, decided, MISSING, onFact } from "./compiled-check.ts";
import { platformsOf } from "./platform.ts";

/** A posture rule, ready to be judged. */
export interface CompiledPosture {
  /** Names of the facts that it may read. */
  readonly facts: readonly FactName[];
  /** Judges by what is known at `now` (milliseconds since the epoch). Pure; judgements are shared values. */
  judge(facts: Facts, now: number): Judgement;
  /** When its judgement may turn: a fact is as old as the rule allows, or a time that it holds too long ago. */
  readonly turnsAt: TurnsAt | null;
}

/**
 * Compiles a rule; `lists` by id. It is judged by what our own facts say and by what Access asserts of the
 * named device. An `attribute` rule may be about something else than a device, and Access knows no such type:
 * whatever it asserts under that name is about another rule.
 */
export function compilePostureRule(rule: PostureRule, lists: Lists): CompiledPosture {
  const own = compileCheck(rule.check, lists);
  const access = rule.check.type === "attribute" ? null : asserted(rule.id);
  const sources = access === null ? own : onNamedDevice(reconcile(own, access));
  const check = onPlatforms(platformsOf(rule), sources);
  const maxAgeMs = rule.expirationMs ?? Number.POSITIVE_INFINITY;
  return {
    facts: [...new Set(check.facts)],
    judge: (facts, now) => check.judge(facts, now, maxAgeMs),
    turnsAt: uniteTurns([own.turnsAt, ageing([...own.facts, ...(access?.facts ?? [])], maxAgeMs)]),
  };
}

/** When the first of the facts that count is as old as the rule allows. */
function ageing(names: readonly FactName[], maxAgeMs: number): TurnsAt | null {
  if (maxAgeMs === Number.POSITIVE_INFINITY) return null;
  return (facts, now) => {
    let first = Number.POSITIVE_INFINITY;
    for (const name of names) {
      const fact = currentWithin<unknown>(facts[name], now, maxAgeMs);
      if (fact.state !== "unknown") first = Math.min(first, fact.learntAt + maxAgeMs);
    }
    return first;
  };
}

function uniteTurns(some: readonly (TurnsAt | null)[]): TurnsAt | null {
  const turns = some.filter((turnsAt) => turnsAt !== null);
  return turns.length === 0 ? null : (facts, now) => firstTurn(turns, facts, now);
}

/** The result that Access itself came to: as old as its timestamp. */
function asserted(id: string): CompiledCheck {
  return onFact(keyedFact("device.asserted_posture", id), MISSING, ({ value }) => decided(value.success));
}

const DISAGREEMENT = undecided("disagreement");

/** Where one source cannot tell, the other counts; where they contradict each other, neither does. */
function reconcile(own: CompiledCheck, access: CompiledCheck): CompiledCheck {
  return {
    ...own,
    facts: [...own.facts, ...access.facts],
    judge(facts, now, maxAgeMs) {
      const ours = own.judge(facts, now, maxAgeMs);
      const theirs = access.judge(facts, now, maxAgeMs);
      if (ours.verdict === "unknown")
        return theirs.verdict === "unknown" ? moreTelling(ours, theirs) : theirs;
      return theirs.verdict === "unknown" || theirs === ours ? ours : DISAGREEMENT;
    },
  };
}

/** Of two unknowns the one that a login would cure; else the one whose source exists. */
function moreTelling(ours: Judgement, theirs: Judgement): Judgement {
  if (theirs.why !== null && curedByLogin(theirs.why)) return theirs;
  return ours.why === "not_provided" ? theirs : ours;
}

const NO_DEVICE = undecided("no_device");

function onNamedDevice(check: CompiledCheck): CompiledCheck {
  return {
    ...check,
    facts: ["device.id", ...check.facts],
    judge(facts, now, maxAgeMs) {
      const device = current(facts["device.id"], now);
      if (device.state === "known") return check.judge(facts, now, maxAgeMs);
      return device.state === "absent" || device.why === "not_provided" ? NO_DEVICE : undecided(device.why);
    },
  };
}

const WRONG_PLATFORM = undecided("wrong_platform");

/** A device whose platform is not known may be of the right one. */
function onPlatforms(platforms: readonly Platform[] | null, check: CompiledCheck): CompiledCheck {
  if (platforms === null) return check;
  return {
    ...check,
    facts: ["device.platform", ...check.facts],
    judge(facts, now, maxAgeMs) {
      const platform = current(facts["device.platform"], now);
      if (platform.state === "known" && !platforms.includes(platform.value)) return WRONG_PLATFORM;
      return check.judge(facts, now, maxAgeMs);
    },
  };
}
