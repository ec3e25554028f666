import { type Static, type TLiteral, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { DECISION_REASONS, UNKNOWN_REASONS } from "../../core/reason.ts";
import type { Store } from "../../store/store.ts";

/** A closed list of words, from the keys of the table that explains them. */
function wordOf<K extends string>(table: Readonly<Record<K, unknown>>) {
  const words = Object.keys(table) as K[];
  return Type.Union(words.map((word): TLiteral<K> => Type.Literal(word)));
}

const Text = Type.String();
const Check = Type.Object({
  list: wordOf({ include: 0, require: 0, exclude: 0 }),
  label: Text,
  about: wordOf({ identity: 0, device: 0, network: 0, credential: 0, other: 0 }),
  verdict: wordOf({ match: 0, no_match: 0, unknown: 0 }),
  why: Type.Union([wordOf(UNKNOWN_REASONS), Type.Null()]),
  isObstacle: Type.Boolean(),
});
const PolicyChecks = Type.Object({
  policy: Text,
  effect: wordOf({ allow: 0, deny: 0, bypass: 0, non_identity: 0 }),
  decided: Type.Boolean(),
  withheld: Type.Union([wordOf({ no_person: 0, idp_not_allowed: 0, idp_unknown: 0 }), Type.Null()]),
  checks: Type.Array(Check),
});
const DenialRecord = Type.Object({
  /** The address of who was denied, as their login told it; null where it told none. */
  person: Type.Union([Text, Type.Null()]),
  /** Where they wanted to go: its host is one of the application. */
  url: Text,
  /** Sessions that can be checked again. */
  sessions: Type.Array(Text),
  /** Of the application; what is not to be disclosed is null, or empty. */
  application: Type.Union([Text, Type.Null()]),
  reason: Type.Union([wordOf(DECISION_REASONS), Type.Null()]),
  policies: Type.Array(PolicyChecks),
  /** `custom_deny_message` of the application. */
  message: Type.Union([Text, Type.Null()]),
  /** A page of the operator's own, in place of this one. */
  elsewhere: Type.Union([Text, Type.Null()]),
});
const DENIAL_RECORD = TypeCompiler.Compile(DenialRecord);

/** What the page of a denial shows, and nothing that it does not. */
export type DenialRecord = Static<typeof DenialRecord>;

/** How long a page can be looked at. */
const KEPT_FOR_MS = 15 * 60_000;

/** Throws `StoreError`. `now`: milliseconds since the epoch. */
export async function writeDenial(
  store: Store,
  id: string,
  denial: DenialRecord,
  now: number,
): Promise<void> {
  await store.set(keyOf(id), JSON.stringify(denial), Math.ceil(now) + KEPT_FOR_MS);
}

/** Null where there is none, or none that this Postern can read. Throws `StoreError`. */
export async function readDenial(store: Store, id: string): Promise<DenialRecord | null> {
  const [text = null] = await store.getMany([keyOf(id)]);
  if (text === null) return null;
  const record: unknown = JSON.parse(text);
  return DENIAL_RECORD.Check(record) ? record : null;
}

function keyOf(id: string): readonly [string, string] {
  return ["denial", id];
}
