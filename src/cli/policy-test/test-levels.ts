import { type Path, valueAt } from "../../config/path.ts";
import type { Facts } from "../../core/fact.ts";
import type { DecodedFacts } from "./decode-facts.ts";
import type { FactsForm } from "./facts-schema.ts";
import { mergeFacts } from "./merge-facts.ts";
import { lookUp, type NamesOfKind } from "./policy-names.ts";
import type { Expectation, Target } from "./policy-test.ts";
import type { TestLevel } from "./test-schema.ts";

/** One of the levels a test is made of, the nearest last: defaults, case, row of a table. */
export interface WrittenLevel {
  readonly level: TestLevel;
  readonly path: Path;
}

export type Levels = readonly [WrittenLevel, ...WrittenLevel[]];

/** Tells what is wrong at a path of the file. */
export type Report = (path: Path, message: string) => void;

/** The target of a test: the nearest level that names one counts. Null where there is a fault. */
export function targetOf(levels: Levels, applications: NamesOfKind, report: Report): Target | null {
  const found = levels.findLast(({ level }) => (level.application ?? level.url) !== undefined);
  const { application, url } = found?.level ?? {};
  const path = found?.path ?? pathOf(levels);
  if (url !== undefined) {
    if (application === undefined) return { url };
    report([...path, "url"], "name the application or a URL, not both");
    return null;
  }
  if (application === undefined) {
    report(path, "say which `application`, or which `url`");
    return null;
  }
  const known = lookUp(applications, application);
  if ("value" in known) return { application: known.value };
  report([...path, "application"], known.fault);
  return null;
}

/** What a test expects; who says anew what to expect does not mean the reason and the policy of before. */
export function expectationOf(levels: Levels, report: Report): Expectation | null {
  const index = levels.findLastIndex(({ level }) => level.expect !== undefined);
  const answer = levels[index]?.level.expect;
  if (answer === undefined) {
    report(pathOf(levels), "say what to `expect`: permit, deny or login");
    return null;
  }
  const counting = levels.slice(index).toReversed();
  return {
    answer,
    reason: counting.find(({ level }) => level.reason !== undefined)?.level.reason ?? null,
    policy: counting.find(({ level }) => level.policy !== undefined)?.level.policy ?? null,
  };
}

/** The facts of a test: each level laid over the one before. A fault stands where its value was written. */
export function factsOf(levels: Levels, decode: (form: FactsForm) => DecodedFacts, report: Report): Facts {
  const form = levels.reduce<FactsForm>((joined, { level }) => mergeFacts(joined, level.facts ?? {}), {});
  const { facts, faults } = decode(form);
  for (const { path, message } of faults) {
    const written = levels.flatMap(({ level, path: at }) => {
      const within = pathIn(level.facts ?? {}, path, form);
      return within === null ? [] : [[...at, "facts", ...within]];
    });
    report(written.at(-1) ?? [...pathOf(levels), "facts", ...path], message);
  }
  return facts;
}

/** Where a level says what stands at a path of the joined facts; null where it does not. Lists of what is unknown are joined, too. */
function pathIn(facts: FactsForm, path: Path, joined: FactsForm): Path | null {
  const [field] = path;
  if (field !== "unknown") return valueAt(facts, path) === undefined ? null : path;
  const index = facts.unknown?.indexOf(String(valueAt(joined, path))) ?? -1;
  return index < 0 ? null : [field, index];
}

function pathOf(levels: Levels): Path {
  return levels.at(-1)?.path ?? [];
}
