import type { FactName } from "../attribute.ts";
import { current, type Fact, type Facts } from "../fact.ts";
import type { Possibility } from "../possibility.ts";
import { type Judgement, MATCH, NO_MATCH, undecided } from "../verdict.ts";

/** Judges one rule, or several at once, by what is known at `now`. Pure, and allocates nothing. */
export type Judge = (facts: Facts, now: number) => Judgement;

/** Rules that ask the same fact for one of several keys are judged with one look-up. */
export interface Family {
  readonly facts: readonly FactName[];
  /** Judges whether the fact has any of `keys`. */
  compile(keys: readonly string[]): Judge;
}

/** A rule, compiled. */
export interface Matcher {
  readonly facts: readonly FactName[];
  readonly judge: Judge;
  /** Where the rule can be judged together with others of its family. */
  readonly member: { readonly family: Family; readonly key: string } | null;
  /** What a login could make of it, where that is more than the judgement tells: groups. */
  readonly possible: ((facts: Facts, now: number) => Possibility) | null;
}

type Read<T> = (facts: Facts) => Fact<T> | undefined;

/** A family whose fact is one value, compared by the key that `keyOf` takes from it. */
export function oneOf<T>(
  name: FactName,
  read: Read<T>,
  keyOf: (value: T) => string,
  absent: Judgement,
): Family {
  return {
    facts: [name],
    compile(keys) {
      const [only] = keys;
      const others = keys.length > 1 ? new Set(keys) : null;
      // As `valueTest`, but with one call less for each of many rules.
      return (facts, now) => {
        const fact = current(read(facts), now);
        if (fact.state !== "known") return fact.state === "absent" ? absent : undecided(fact.why);
        const key = keyOf(fact.value);
        return (others === null ? key === only : others.has(key)) ? MATCH : NO_MATCH;
      };
    },
  };
}

/** A family whose fact is a set, which must hold one of the keys. A part of a set proves presence only. */
export function holds<T>(
  name: FactName,
  read: Read<T>,
  has: (value: T, key: string) => boolean,
  absent: Judgement,
): Family {
  return {
    facts: [name],
    compile: (keys) => (facts, now) => {
      const fact = current(read(facts), now);
      if (fact.state === "unknown") return undecided(fact.why);
      if (fact.state === "absent") return absent;
      for (const key of keys) if (has(fact.value, key)) return MATCH;
      return fact.complete ? NO_MATCH : undecided("incomplete");
    },
  };
}

/** The same family, for rules bound to one identity provider: no match unless the login used it. */
export function boundToIdp(family: Family, idp: string | null): Family {
  if (idp === null) return family;
  const usedIdp = LOGIN_METHOD.compile([idp]);
  return {
    facts: ["identity.login_method", ...family.facts],
    compile(keys) {
      const judge = family.compile(keys);
      return (facts, now) => {
        const login = usedIdp(facts, now);
        return login.verdict === "match" ? judge(facts, now) : login;
      };
    },
  };
}

/** The same family, for rules of any identity provider but these: no match where the login used one of them. */
export function boundToOthers(family: Family, idps: ReadonlySet<string>): Family {
  if (idps.size === 0) return family;
  const usedIdp = LOGIN_METHOD.compile([...idps]);
  return {
    facts: ["identity.login_method", ...family.facts],
    compile(keys) {
      const judge = family.compile(keys);
      return (facts, now) => {
        const login = usedIdp(facts, now);
        if (login.verdict === "match") return NO_MATCH;
        return login.verdict === "no_match" ? judge(facts, now) : login;
      };
    },
  };
}

/** The login method: the id of the identity provider that the login used. */
export const LOGIN_METHOD = oneOf(
  "identity.login_method",
  (facts) => facts["identity.login_method"],
  (idp) => idp,
  undecided("missing"),
);

/** A rule that is judged by its key in a family. */
export function member(family: Family, key: string): Matcher {
  return { facts: family.facts, judge: family.compile([key]), member: { family, key }, possible: null };
}

/** A rule that is judged alone. */
export function alone(facts: readonly FactName[], judge: Judge): Matcher {
  return { facts, judge, member: null, possible: null };
}

/** A rule whose judgement is always the same. */
export function constant(judgement: Judgement): Matcher {
  return alone([], () => judgement);
}

/** Judges a fact that is one value. */
export function valueTest<T>(read: Read<T>, matches: (value: T) => boolean, absent: Judgement): Judge {
  return (facts, now) => {
    const fact = current(read(facts), now);
    if (fact.state === "known") return matches(fact.value) ? MATCH : NO_MATCH;
    return fact.state === "absent" ? absent : undecided(fact.why);
  };
}
