import { describe, expect, test } from "bun:test";
import { readFiles } from "../meta/source-files.ts";
import {
  ADDRESSES_AND_COUNTRIES,
  CACHES_AND_POLLUTION,
  EMAIL_AND_GROUPS,
  HOSTS_AND_PATHS,
  type Row,
  TOKENS_AND_KEYS,
} from "./rows.ts";

const TOPICS: readonly (readonly [string, readonly Row[]])[] = [
  ["hosts and paths", HOSTS_AND_PATHS],
  ["e-mail addresses and groups", EMAIL_AND_GROUPS],
  ["tokens and keys", TOKENS_AND_KEYS],
  ["addresses and countries", ADDRESSES_AND_COUNTRIES],
  ["caches, engines and prototypes", CACHES_AND_POLLUTION],
];
const ALL = TOPICS.flatMap(([, rows]) => rows);

const files = new Map((await readFiles("test/**/*.ts")).map(({ path, text }) => [path, text]));

describe("what broke in neighbouring systems has a test of its name, or a reason why not", () => {
  test.each(TOPICS)("%s", (_, rows) => {
    const missing = rows.flatMap(([id, held]) =>
      typeof held === "string" && !files.get(held)?.includes(id) ? [`${id} is not in ${held}`] : [],
    );
    expect(missing).toEqual([]);
  });

  test("no row stands twice, and no reason is missing", () => {
    expect(ALL.map(([id]) => id).toSorted()).toEqual([...new Set(ALL.map(([id]) => id))].toSorted());
    const reasons = ALL.flatMap(([, held]) => (typeof held === "string" ? [] : [held.open]));
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([]);
  });
});
