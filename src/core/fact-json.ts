import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { FactName, FactValue } from "./attribute.ts";
import { codecOf, isFactName } from "./attribute-codec.ts";
import { type Fact, type Facts, type FactsDraft, unknown } from "./fact.ts";
import { UNKNOWN_REASONS, type UnknownReason } from "./reason.ts";

/** A fact as JSON: how sessions keep it, logs write it and `explain` reads it. `expiresAt` null is never. */
const FactJson = Type.Object(
  {
    state: Type.Union([Type.Literal("known"), Type.Literal("absent"), Type.Literal("unknown")]),
    value: Type.Optional(Type.Unknown()),
    complete: Type.Optional(Type.Boolean()),
    why: Type.Optional(Type.String()),
    source: Type.String(),
    learntAt: Type.Optional(Type.Number()),
    expiresAt: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  },
  { additionalProperties: false },
);
export type FactJson = Static<typeof FactJson>;
const FACT_JSON = TypeCompiler.Compile(FactJson);

/** Writes one fact. */
export function encodeFact<N extends FactName>(name: N, fact: Fact<FactValue<N>>): FactJson {
  if (fact.state === "unknown") return { state: "unknown", why: fact.why, source: fact.source };
  const { source, learntAt } = fact;
  const expiresAt = fact.expiresAt === Number.POSITIVE_INFINITY ? null : fact.expiresAt;
  if (fact.state === "absent") return { state: "absent", source, learntAt, expiresAt };
  const value = codecOf(name).encode(fact.value);
  return { state: "known", value, complete: fact.complete, source, learntAt, expiresAt };
}

/** Reads what `encodeFact` wrote; what does not make sense is unknown, never absent. */
export function decodeFact<N extends FactName>(name: N, json: unknown): Fact<FactValue<N>> {
  if (!FACT_JSON.Check(json)) return unknown("malformed");
  const { state, source, learntAt, expiresAt } = json;
  if (state === "unknown") return unknown(isReason(json.why) ? json.why : "malformed", source);
  if (learntAt === undefined || expiresAt === undefined) return unknown("malformed", source);
  const until = expiresAt ?? Number.POSITIVE_INFINITY;
  if (state === "absent") return { state: "absent", source, learntAt, expiresAt: until };
  const value = codecOf(name).decode(json.value);
  if (value === null || json.complete === undefined) return unknown("malformed", source);
  return { state: "known", value, complete: json.complete, source, learntAt, expiresAt: until };
}

/** Writes facts, by name. */
export function encodeFacts(facts: Facts): Record<string, FactJson> {
  const json: Record<string, FactJson> = {};
  for (const name of Object.keys(facts).filter(isFactName)) {
    const fact = facts[name];
    if (fact !== undefined) json[name] = encodeFact(name, fact);
  }
  return json;
}

/** Reads facts; names that no attribute has are left out. */
export function decodeFacts(json: Readonly<Record<string, unknown>>): Facts {
  const facts: FactsDraft = {};
  for (const name of Object.keys(json).filter(isFactName)) put(facts, name, decodeFact(name, json[name]));
  return facts;
}

/** Sets one fact of a draft. */
export function put<N extends FactName>(facts: FactsDraft, name: N, fact: Fact<FactValue<N>>): void {
  // An indexed write asks the compiler for the union of all facts, which it refuses to build.
  Object.assign(facts, { [name]: fact });
}

function isReason(why: unknown): why is UnknownReason {
  return typeof why === "string" && Object.hasOwn(UNKNOWN_REASONS, why);
}
