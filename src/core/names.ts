import type { PolicySet, PostureRule } from "./model.ts";

/** Names of what rules refer to by id; the id itself where nothing has it. */
export interface Names {
  list(id: string): string;
  group(id: string): string;
  serviceToken(id: string): string;
  application(id: string): string;
  identityProvider(id: string): string;
  posture(id: string): PostureRule | null;
}

export function namesOf(set: PolicySet): Names {
  const postures = new Map(set.postureRules.map((rule) => [rule.id, rule]));
  return {
    list: nameIn(set.lists),
    group: nameIn(set.groups),
    serviceToken: nameIn(set.serviceTokens),
    application: nameIn(set.applications),
    identityProvider: nameIn(set.identityProviders),
    posture: (id) => postures.get(id) ?? null,
  };
}

function nameIn(things: readonly { readonly id: string; readonly name: string }[]) {
  const names = new Map(things.map(({ id, name }) => [id, name]));
  return (id: string) => names.get(id) ?? id;
}
