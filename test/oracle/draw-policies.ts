import type { Application, Effect, Group, Policy, PolicySet, RuleLists } from "../../src/core/model.ts";
import {
  makeApplication,
  makeGroup,
  makeList,
  makePolicy,
  makePolicySet,
  makePostureRule,
  place,
} from "./blank.ts";
import { type Dice, happens, pick, several, some } from "./dice.ts";
import { drawRule } from "./draw-rules.ts";
import * as pool from "./pools.ts";

const GROUPS = ["g-1", "g-2", "g-3", "g-4"];
/** What a policy may name. */
export const ALL_GROUPS: readonly string[] = [...GROUPS, "g-missing"];

function drawLists(dice: Dice, groups: readonly string[]): RuleLists {
  const rule = () => drawRule(dice, groups);
  return {
    include: several(dice, happens(dice, 4) ? 0 : 1, 3, rule),
    require: happens(dice, 35) ? several(dice, 1, 2, rule) : [],
    exclude: happens(dice, 35) ? several(dice, 1, 2, rule) : [],
  };
}

const EFFECTS: readonly Effect[] = ["allow", "deny", "bypass", "non_identity", "allow", "deny"];

export function drawPolicy(dice: Dice, id: string, effect = pick(dice, EFFECTS)): Policy {
  return makePolicy(id, effect, drawLists(dice, ALL_GROUPS));
}

function drawApplication(dice: Dice, id: string): Application {
  let number = 0;
  const policies = several(dice, 1, 5, () => drawPolicy(dice, `${id}-${++number}`));
  return makeApplication(id, policies, happens(dice, 25) ? [pick(dice, pool.IDPS)] : []);
}

const LISTS = [
  makeList("l-email-1", "EMAIL", ["ann@example.com", "eve@evil.test"]),
  makeList("l-email-2", "EMAIL", []),
  makeList("l-ip-1", "IP", ["10.0.0.0/8", "2001:db8::/32"]),
  makeList("l-ip-2", "IP", ["203.0.113.7"]),
];

const POSTURE_RULES = [
  makePostureRule("p-warp", { type: "warp" }),
  makePostureRule("p-gateway", { type: "gateway" }),
  makePostureRule("p-at-least", { type: "attribute", attribute: "score", operator: ">=", value: 50 }),
  makePostureRule("p-at-most", { type: "attribute", attribute: "score", operator: "<=", value: 50 }),
  makePostureRule("p-above", { type: "attribute", attribute: "score", operator: ">", value: 50 }),
  makePostureRule("p-below", { type: "attribute", attribute: "score", operator: "<", value: 50 }),
  makePostureRule("p-managed", { type: "attribute", attribute: "managed", operator: "==", value: true }),
  makePostureRule("p-loose", { type: "attribute", attribute: "managed", operator: "!=", value: true }),
  makePostureRule("p-ring", { type: "attribute", attribute: "ring", operator: "in", value: ["a", "b"] }),
  makePostureRule("p-tags", { type: "attribute", attribute: "tags", operator: "contains", value: "lab" }),
];

const SERVICE_TOKENS = [
  { id: "t-1", name: "t-1", clientId: "client-1.access", place },
  { id: "t-2", name: "t-2", clientId: "client-2.access", place },
];

/** How groups may name each other: as a loader lets them, or also in circles. */
export type Nesting = "straight" | "circular";

function drawGroups(dice: Dice, nesting: Nesting): Group[] {
  return GROUPS.map((id, i) => {
    const mayName = nesting === "circular" ? ALL_GROUPS : ALL_GROUPS.slice(i + 1);
    return makeGroup(id, drawLists(dice, mayName));
  });
}

/** A policy set with these applications. */
export function drawPolicySet(dice: Dice, applications: readonly string[], nesting: Nesting): PolicySet {
  const drawn = applications.map((id) => drawApplication(dice, id));
  return makePolicySet(drawn, {
    groups: drawGroups(dice, nesting),
    lists: LISTS,
    postureRules: POSTURE_RULES,
    identityProviders: some(dice, pool.IDPS).map((id) => ({
      id,
      name: id,
      type: pool.TYPE_OF_IDP[id],
      place,
    })),
    serviceTokens: SERVICE_TOKENS,
  });
}
