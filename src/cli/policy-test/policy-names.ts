import { showKey } from "../../config/path.ts";
import { suggest } from "../../config/suggest.ts";
import type { PolicySet, Rule } from "../../core/model.ts";

/** What facts may refer to, by kind. */
export type PolicyNames = { readonly [K in NameKind]: NamesOfKind };

export type NameKind =
  | "application"
  | "attribute"
  | "connection"
  | "evaluate_url"
  | "identity_provider"
  | "posture_rule"
  | "service_token";

export interface NamesOfKind {
  /** What messages call one of them. */
  readonly title: string;
  /** From ids and names to the value that facts hold; null where several are called that. */
  readonly values: ReadonlyMap<string, string | null>;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The names of a policy set: of its objects, and of what its rules ask for. */
export function policyNamesOf(set: PolicySet): PolicyNames {
  const rules = rulesOf(set);
  const checks = set.postureRules.map(({ check }) => check);
  return {
    application: named("application", set.applications),
    attribute: plain(
      "attribute that a posture rule asks for",
      checks.flatMap((check) => (check.type === "attribute" ? [`own.${check.attribute}`] : [])),
    ),
    connection: plain(
      "connection that a posture rule asks",
      checks.flatMap((check) => ("connection" in check ? [check.connection] : [])),
    ),
    evaluate_url: plain(
      "External Evaluation rule with the URL",
      rules.flatMap((rule) => (rule.selector === "external_evaluation" ? [rule.evaluateUrl] : [])),
    ),
    identity_provider: named("identity provider", [
      ...set.identityProviders,
      ...undeclaredIdps(set, rules).map((id) => ({ id, name: id })),
    ]),
    posture_rule: named("posture rule", set.postureRules),
    service_token: named("service token", set.serviceTokens, ({ clientId }) => clientId),
  };
}

/** What an id or a name stands for, or why that cannot be told. */
export function lookUp(
  { title, values }: NamesOfKind,
  reference: string,
): { readonly value: string } | { readonly fault: string } {
  const value = values.get(reference);
  if (typeof value === "string") return { value };
  if (value === null) return { fault: `several have the name ${showKey(reference)}; use the id` };
  const near = suggest(reference, [...values.keys()]);
  const hint = near === null ? "" : `; did you mean ${showKey(near)}?`;
  return { fault: `there is no ${title} ${showKey(reference)}${hint}` };
}

/** An export may hold rules that name identity providers by id without holding the providers. */
function undeclaredIdps(set: PolicySet, rules: readonly Rule[]): string[] {
  const mentioned = rules.flatMap((rule) => ("idp" in rule && rule.idp !== null ? [rule.idp] : []));
  const allowed = set.applications.flatMap(({ allowedIdps }) => allowedIdps);
  const declared = new Set(set.identityProviders.map(({ id }) => id));
  return [...new Set([...mentioned, ...allowed])].filter((id) => !declared.has(id));
}

function rulesOf(set: PolicySet): Rule[] {
  const policies = set.applications.flatMap((application) => application.policies);
  return [...policies, ...set.policies, ...set.groups].flatMap(({ include, require, exclude }) => [
    ...include,
    ...require,
    ...exclude,
  ]);
}

function named<T extends Named>(
  title: string,
  things: readonly T[],
  valueIn: (thing: T) => string = ({ id }) => id,
): NamesOfKind {
  const values = new Map<string, string | null>();
  const call = (reference: string, value: string) => {
    values.set(reference, values.has(reference) && values.get(reference) !== value ? null : value);
  };
  for (const thing of things) call(thing.name, valueIn(thing));
  for (const thing of things) call(thing.id, valueIn(thing));
  return { title, values };
}

function plain(title: string, values: readonly string[]): NamesOfKind {
  return { title, values: new Map(values.map((value) => [value, value])) };
}
