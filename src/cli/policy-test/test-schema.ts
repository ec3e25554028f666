import { type Static, Type } from "@sinclair/typebox";
import { DECISION_REASONS, type DecisionReason } from "../../core/reason.ts";
import { FactsSchema } from "./facts-schema.ts";

const Text = Type.String({ minLength: 1, title: "a text" });

const Answer = Type.Union([Type.Literal("permit"), Type.Literal("deny"), Type.Literal("login")], {
  title: "permit, deny or login",
});

const REASONS = Object.keys(DECISION_REASONS).filter(
  (reason): reason is DecisionReason => reason in DECISION_REASONS,
);

const Reason = Type.Union(
  REASONS.map((reason) => Type.Literal(reason)),
  { title: `one of ${REASONS.join(", ")}` },
);

/** What defaults, a case and a row of its table can each say; the nearest one counts. */
const LEVEL = {
  /** By id or name. */
  application: Type.Optional(Text),
  url: Type.Optional(Text),
  facts: Type.Optional(FactsSchema),
  /** `login` is a denial that logging in could turn; `deny` is any other. */
  expect: Type.Optional(Answer),
  reason: Type.Optional(Reason),
  /** The policy that decides, by id or name. */
  policy: Type.Optional(Text),
};

const Level = Type.Object(LEVEL, { additionalProperties: false });
const Row = Type.Object({ name: Type.Optional(Text), ...LEVEL }, { additionalProperties: false });
const Case = Type.Object(
  { name: Text, ...LEVEL, each: Type.Optional(Type.Array(Row, { minItems: 1, title: "a list of rows" })) },
  { additionalProperties: false },
);

/** A file `*.test.yaml`. */
export const TestFileSchema = Type.Object(
  { defaults: Type.Optional(Level), cases: Type.Array(Case, { minItems: 1, title: "a list of cases" }) },
  { additionalProperties: false },
);

export type TestFile = Static<typeof TestFileSchema>;
export type TestLevel = Static<typeof Level>;
