import { KindGuard, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { describeSchema } from "../../config/describe-schema.ts";
import { suggest } from "../../config/suggest.ts";
import type { PostureCheck, PostureRule } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import type { DescribedProvider } from "../../pip/described-provider.ts";
import type { Registry } from "../../pip/registry.ts";

type OwnCheck = Extract<PostureCheck, { type: "attribute" }>;
/** The providers that are configured, started or not. */
export type DescribedProviders = Pick<Registry<DescribedProvider>, "providers">;

/** What a value can be, and the operators that ask for it. */
const KINDS = {
  "a number": ["==", "!=", "<", "<=", ">=", ">"],
  text: ["==", "!=", "in"],
  "true or false": ["==", "!="],
  "a list of texts": ["contains"],
} as const satisfies Record<string, readonly OwnCheck["operator"][]>;
type Kind = keyof typeof KINDS;

/** Posture rules that ask of a plugin's own attribute what its plugin never says. */
export function findOwnAttributeFaults(
  rules: readonly PostureRule[],
  registry: DescribedProviders,
): readonly Fault[] {
  return ownChecks(rules).flatMap(({ rule, check }) => {
    const messages = schemasOf(check.attribute, registry).map((schema) => explainMismatch(check, schema));
    const [message] = messages;
    if (message == null || messages.includes(null)) return [];
    return [{ place: rule.place, message: `posture rule ${rule.name}: ${message}` }];
  });
}

/** Posture rules that ask for an attribute of which no configured plugin says anything, though one has nearly its name. */
export function findOwnAttributeSlips(
  rules: readonly PostureRule[],
  registry: DescribedProviders,
): readonly Fault[] {
  const names = registry.providers.flatMap(({ plugin }) => Object.keys(plugin.attributes));
  return ownChecks(rules).flatMap(({ rule, check }) => {
    const name = `own.${check.attribute}`;
    const near = names.includes(name) ? null : suggest(name, names);
    if (near === null) return [];
    const message = `input.attribute: no plugin provides ${name}, and so the rule can never be decided`;
    return [{ place: rule.place, message: `posture rule ${rule.name}: ${message}; did you mean "${near}"?` }];
  });
}

function ownChecks(rules: readonly PostureRule[]) {
  return rules.flatMap((rule) => (rule.check.type === "attribute" ? [{ rule, check: rule.check }] : []));
}

function schemasOf(attribute: string, { providers }: DescribedProviders): readonly TSchema[] {
  return providers.flatMap(({ plugin }) => {
    const schema = Object.getOwnPropertyDescriptor(plugin.attributes, `own.${attribute}`)?.value;
    return schema === undefined ? [] : [schema];
  });
}

/** Why an attribute of this schema never passes the check, or fails it; null where it may. */
function explainMismatch({ attribute, operator, value }: OwnCheck, schema: TSchema): string | null {
  const kinds = kindsOf(schema);
  // What is no kind of value that is known here is left to the plugin.
  if (kinds === null) return null;
  const fitting = kinds.filter((kind) => KINDS[kind].some((each) => each === operator));
  if (fitting.length === 0) {
    const operators = kinds.flatMap((kind) => KINDS[kind]);
    return `input.operator: own.${attribute} is ${kinds.join(" or ")}, which ${operator} does not compare; use ${listOf(operators)}`;
  }
  const wanted = isOrdering(operator) ? branchesOf(schema).map(anyNumberOf) : elementsOf(schema, operator);
  const values: readonly (string | number | boolean)[] = typeof value === "object" ? value : [value];
  const wrong = values.find((each) => !wanted.some((branch) => Value.Check(branch, each)));
  if (wrong === undefined) return null;
  const near = suggest(String(wrong), wanted.flatMap(literalOf));
  const hint = near === null ? "" : `; did you mean ${JSON.stringify(near)}?`;
  const whose = operator === "contains" ? `what own.${attribute} lists` : `own.${attribute}`;
  return `input.value: ${whose} is ${describe(wanted)}, and never this${hint}`;
}

/** Alternatives of a schema. */
function branchesOf(schema: TSchema): readonly TSchema[] {
  return KindGuard.IsUnion(schema) ? schema.anyOf.flatMap(branchesOf) : [schema];
}

function kindsOf(schema: TSchema): readonly Kind[] | null {
  const kinds = branchesOf(schema).map(kindOf);
  return kinds.includes(null) ? null : [...new Set(kinds.filter((kind) => kind !== null))];
}

function kindOf(schema: TSchema): Kind | null {
  const type: unknown = KindGuard.IsLiteral(schema) ? typeof schema.const : schema.type;
  if (type === "number" || type === "integer") return "a number";
  if (type === "string") return "text";
  if (type === "boolean") return "true or false";
  if (!KindGuard.IsArray(schema)) return null;
  return branchesOf(schema.items).every((item) => kindOf(item) === "text") ? "a list of texts" : null;
}

function isOrdering(operator: OwnCheck["operator"]): boolean {
  return operator !== "==" && operator !== "!=" && operator !== "in" && operator !== "contains";
}

/** A boundary lies between the numbers that there can be. */
function anyNumberOf(schema: TSchema): TSchema {
  if (!KindGuard.IsNumber(schema) && !KindGuard.IsInteger(schema)) return schema;
  const { minimum, maximum } = schema;
  return Type.Number({
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  });
}

/** What a value is compared with: the attribute itself, or what it lists. */
function elementsOf(schema: TSchema, operator: OwnCheck["operator"]): readonly TSchema[] {
  const branches = branchesOf(schema);
  if (operator !== "contains") return branches;
  return branches.flatMap((branch) => (KindGuard.IsArray(branch) ? branchesOf(branch.items) : []));
}

function literalOf(schema: TSchema): readonly string[] {
  return KindGuard.IsLiteral(schema) ? [String(schema.const)] : [];
}

function describe(branches: readonly TSchema[]): string {
  const [first] = branches;
  if (first === undefined || branches.length > 1) return describeSchema(Type.Union([...branches]));
  const { minimum, maximum } = first;
  const from = minimum === undefined ? "" : ` from ${minimum}`;
  const to = maximum === undefined ? "" : ` to ${maximum}`;
  return `${describeSchema(first)}${from}${to}`;
}

function listOf(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const last = distinct.at(-1) ?? "";
  return distinct.length < 2 ? last : `${distinct.slice(0, -1).join(", ")} or ${last}`;
}
