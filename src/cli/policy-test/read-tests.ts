import { checkSchema } from "../../config/check-schema.ts";
import { messageAt } from "../../config/path.ts";
import { sortFaults } from "../../config/sort-faults.ts";
import type { ReadResult, Source } from "../../config/source.ts";
import type { PolicySet } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import { createFactsDecoder, type DecodedFacts } from "./decode-facts.ts";
import type { FactsForm } from "./facts-schema.ts";
import type { OwnSchemas } from "./own-schemas.ts";
import { type NamesOfKind, policyNamesOf } from "./policy-names.ts";
import type { PolicyTest } from "./policy-test.ts";
import {
  expectationOf,
  factsOf,
  type Levels,
  type Report,
  targetOf,
  type WrittenLevel,
} from "./test-levels.ts";
import { type TestFile, TestFileSchema, type TestLevel } from "./test-schema.ts";

export interface TestsRead {
  readonly tests: readonly PolicyTest[];
  /** In order of place. */
  readonly faults: readonly Fault[];
}

/** Reads a file of policy tests for `set`, with facts as known at `now`. There are no tests where there are faults. */
export function readPolicyTests(
  { source, faults }: ReadResult,
  set: PolicySet,
  now: number,
  schemas: OwnSchemas = new Map(),
): TestsRead {
  if (source === null || faults.length > 0) return { tests: [], faults };
  const checked = checkSchema(TestFileSchema, source);
  if (!("value" in checked)) return { tests: [], faults: checked.faults };
  return decodeTests(
    checked.value,
    source,
    createFactsDecoder(set, now, schemas),
    policyNamesOf(set).application,
  );
}

function decodeTests(
  file: TestFile,
  source: Source,
  decodeFacts: (form: FactsForm) => DecodedFacts,
  applications: NamesOfKind,
): TestsRead {
  const faults: Fault[] = [];
  const report: Report = (path, message) => {
    faults.push({ place: source.placeOf(path), message: messageAt(path, message) });
  };
  const tests = listTests(file).flatMap(({ name, levels }): PolicyTest[] => {
    const target = targetOf(levels, applications, report);
    const expected = expectationOf(levels, report);
    const facts = factsOf(levels, decodeFacts, report);
    if (target === null || expected === null) return [];
    return [{ name, place: source.placeOf(levels.at(-1)?.path ?? []), target, facts, expected }];
  });
  return faults.length > 0 ? { tests: [], faults: sortFaults(faults) } : { tests, faults: [] };
}

/** Every test with its levels: a case without a table is one, a table has one per row. */
function listTests({ defaults = {}, cases }: TestFile): { readonly name: string; readonly levels: Levels }[] {
  const bottom: WrittenLevel = { level: defaults, path: ["defaults"] };
  return cases.flatMap(({ name, each, ...level }, index) => {
    const path = ["cases", index];
    const levels: Levels = [bottom, { level, path }];
    if (each === undefined) return [{ name, levels }];
    return each.map(({ name: rowName, ...row }, rowIndex) => ({
      name: `${name} (${rowName ?? describeRow(row)})`,
      levels: [...levels, { level: row, path: [...path, "each", rowIndex] }] as const,
    }));
  });
}

/** A row by what it says: `country: FR, ip: 192.0.2.1`. */
function describeRow({ facts = {}, expect: _expect, reason: _reason, ...others }: TestLevel): string {
  return Object.entries({ ...others, ...facts })
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
