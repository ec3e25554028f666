import type {
  Application,
  Effect,
  Group,
  List,
  Policy,
  PolicySet,
  PostureCheck,
  PostureRule,
  RuleLists,
} from "../../src/core/model.ts";

/** Where everything in this folder was written. */
export const place = { file: "oracle.yaml", line: 1, column: 1 };

const named = (id: string) => ({ id, name: id, acknowledge: new Map<string, string>(), place });

/** Objects of a policy set, with what takes no part in a decision filled in. */
export function makePolicy(id: string, effect: Effect, { include, require, exclude }: RuleLists): Policy {
  return { ...named(id), effect, sessionDurationMs: null, include, require, exclude };
}

export function makeGroup(id: string, { include, require, exclude }: RuleLists): Group {
  return { ...named(id), include, require, exclude };
}

export function makeList(id: string, type: string, values: readonly string[]): List {
  return { ...named(id), type, values };
}

export function makePostureRule(id: string, check: PostureCheck): PostureRule {
  return { ...named(id), check, platforms: [], expirationMs: null };
}

export function makeApplication(
  id: string,
  policies: readonly Policy[],
  allowedIdps: readonly string[] = [],
): Application {
  return {
    ...named(id),
    type: "self_hosted",
    audience: null,
    destinations: [{ host: `${id}.example.com`, path: "/", place }],
    policies,
    allowedIdps,
    sessionDurationMs: null,
    optionsPreflightBypass: false,
    serviceAuth401Redirect: false,
    serviceTokenHeader: null,
    customDenyUrl: null,
    customNonIdentityDenyUrl: null,
    customDenyMessage: null,
    tags: [],
  };
}

export function makePolicySet(
  applications: readonly Application[],
  rest: Partial<Omit<PolicySet, "applications">>,
): PolicySet {
  return {
    applications,
    policies: [],
    groups: [],
    lists: [],
    postureRules: [],
    identityProviders: [],
    serviceTokens: [],
    certificates: [],
    revision: "oracle",
    ...rest,
  };
}
