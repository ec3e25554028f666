import type { TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { type FactName, type FactValue, keyedFact } from "../core/attribute.ts";
import { codecOf, isFactName } from "../core/attribute-codec.ts";
import {
  absent,
  type Fact,
  type Facts,
  type FactsDraft,
  known,
  MAX_FUTURE_MS,
  unknown,
} from "../core/fact.ts";
import { put } from "../core/fact-json.ts";
import { explainMismatch } from "../core/mismatch.ts";
import { Stated } from "../plugin.ts";
import { attributeOf } from "./attribute-name.ts";
import type { DescribedProvider } from "./described-provider.ts";
import { ProviderError } from "./provider-error.ts";

/** When a plugin was asked, and what for. */
export interface Asked {
  readonly askedAt: number;
  /** Null for all that it provides. */
  readonly wanted: readonly FactName[] | null;
}

/** Turns answers of one provider into facts. */
export type ReadAnswer = (answer: unknown, asked: Asked) => Facts;

/**
 * A reader of what a plugin answers: every value is checked by the codec of its attribute, and of an
 * attribute of its own by the plugin's schema too. One that makes no sense is logged, once per attribute.
 * Facts expire `expiresMs` after they were learnt.
 * Throws `ProviderError` for an answer that is none, or that names what the plugin does not provide.
 */
export function createAnswerReader(
  { plugin, name: source, connection }: DescribedProvider,
  expiresMs: number,
  log: (message: string) => void,
): ReadAnswer {
  const provides = new Set<string>([...plugin.provides, ...Object.keys(plugin.attributes)]);
  const checks = new Map<string, TypeCheck<TSchema>>(
    Object.entries(plugin.attributes).map(([name, schema]) => [name, TypeCompiler.Compile(schema)]),
  );

  const complained = new Set<string>();

  function readStatement<N extends FactName>(name: N, said: unknown, askedAt: number): Fact<FactValue<N>> {
    const stated = said instanceof Stated ? said : null;
    const value: unknown = stated === null ? said : stated.value;
    const complete = stated?.complete ?? true;
    const learntAt = stated?.learntAt ?? askedAt;
    if (value === undefined) return unknown("missing", source);
    if (!Number.isFinite(learntAt)) return unknown("malformed", source);
    if (learntAt > askedAt + MAX_FUTURE_MS) return unknown("from_the_future", source);
    const from = { source, learntAt, expiresAt: learntAt + expiresMs };
    // A part in which nothing was found does not say that there is nothing.
    if (value === null) return complete ? absent(from) : unknown("incomplete", source);
    const decoded = checks.get(name)?.Check(value) === false ? null : codecOf(name).decode(value);
    if (decoded !== null) return known(decoded, from, complete);
    complain(attributeOf(name), value);
    return unknown("malformed", source);
  }

  function complain(attribute: string, value: unknown): void {
    if (complained.has(attribute)) return;
    complained.add(attribute);
    const schema = checks.get(attribute)?.Schema();
    const why = schema === undefined ? "" : `: ${explainMismatch(schema, value)}`;
    log(`answered with a value that ${attribute} cannot have${why}`);
  }

  return (answer, { askedAt, wanted }) => {
    const said = readRecord(answer);
    const stranger = Object.keys(said).find((name) => !provides.has(name));
    if (stranger !== undefined) {
      const declared = [...provides].join(", ");
      throw new ProviderError(
        "malformed",
        `told ${stranger}, which it does not declare; it declares ${declared}`,
      );
    }
    if (connection !== null && namesIn(said).some((name) => isOfOther(name, connection))) {
      throw new ProviderError("malformed", `answered for a connection that is not ${connection}`);
    }
    const facts: FactsDraft = {};
    for (const name of wanted ?? namesIn(said))
      put(facts, name, readStatement(name, find(said, name), askedAt));
    return facts;
  };
}

type Said = Readonly<Record<string, unknown>>;

function readRecord(value: unknown): Said {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ProviderError("malformed", "answered with something else than an object");
  }
  return Object.fromEntries(Object.entries(value));
}

function isOfOther(name: FactName, connection: string): boolean {
  return (
    name.startsWith(keyedFact("device.provider", "")) && name !== keyedFact("device.provider", connection)
  );
}

/** What is said of a fact; of a keyed attribute under the fact's key. */
function find(said: Said, name: FactName): unknown {
  const attribute = attributeOf(name);
  const value = Object.hasOwn(said, attribute) ? said[attribute] : undefined;
  if (attribute === name || value === undefined) return value;
  const keys = readRecord(value);
  const key = name.slice(attribute.length + 1);
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}

function namesIn(said: Said): readonly FactName[] {
  return Object.entries(said).flatMap(([attribute, value]) => {
    if (isFactName(attribute)) return [attribute];
    const keys = value === undefined ? [] : Object.keys(readRecord(value));
    return keys.map((key) => `${attribute}:${key}`).filter(isFactName);
  });
}
