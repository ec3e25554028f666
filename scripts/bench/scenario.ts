import type { Context } from "@cedar-policy/cedar-wasm/nodejs";
import type { Facts } from "../../src/core/fact.ts";
import type { Person } from "./person.ts";

/** The same policies in three languages, and how each is told of a person. */
export interface Scenario {
  readonly name: string;
  /** Postern's policy file. */
  readonly policies: object;
  /** Cedar's policies, and the context that they ask for. */
  readonly cedar: string;
  cedarContext(person: Person): Context;
  /** Rules of a Cerbos resource policy: one CEL condition each, over `P.attr`. */
  readonly cerbosConditions: readonly string[];
  /** Parses what these policies ask for. `now` is milliseconds since the epoch. */
  readFacts(person: Person, now: number): Facts;
}
