import { randomUUID } from "node:crypto";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Clock } from "../../clock.ts";
import type { Key, Store } from "../../store/store.ts";
import { parseJson } from "../parse-json.ts";
import { type Batch, ROUND_LASTS_INTERVALS, type Rounds } from "./scheduler.ts";

/** What is to be done in the rounds of a provider, written where every replica finds it. All of it throws `StoreError`. */
export interface RoundLedger {
  /** A round that has been begun; null for one that has not. */
  find(round: string): Promise<BegunRound | null>;
  /** Writes down who is to be polled for; of several that begin one round, the first counts for all. */
  begin(round: string): Promise<BegunRound>;
  /** Those of a batch who are still to be polled for; null for none. */
  read(listing: string, index: number): Promise<Batch | null>;
  /** Leaves these of a batch to be polled for. */
  write(listing: string, index: number, left: Batch): Promise<void>;
}

/** The listing that counts, and its number of batches. */
export type BegunRound = Static<typeof BegunRound>;

const BegunRound = Type.Object({ listing: Type.String(), size: Type.Integer({ minimum: 0 }) });
const Subjects = Type.Array(Type.String());
const BEGUN = TypeCompiler.Compile(BegunRound);
const BATCH = TypeCompiler.Compile(Subjects);

/** What is taken over late is still found. */
const KEPT_LONGER_MS = 30_000;
/** Less than a store takes in one value. */
const MOST_CHARACTERS = 250_000;

export function createRoundLedger(
  { name, intervalMs, list }: Pick<Rounds, "name" | "intervalMs" | "list">,
  store: Pick<Store, "getMany" | "set" | "delete" | "claim">,
  clock: Clock,
): RoundLedger {
  const roundKey = (round: string): Key => ["poll-round", name, round];
  const batchKey = (listing: string, index: number): Key => ["poll-batch", `${listing}-${index}`, name];
  const keptUntil = () => Math.ceil(clock() + ROUND_LASTS_INTERVALS * intervalMs + KEPT_LONGER_MS);

  async function read<T extends TSchema>(key: Key, check: { Check(value: unknown): value is Static<T> }) {
    const [text] = await store.getMany([key]);
    const value = text == null ? null : parseJson(text);
    return check.Check(value) ? value : null;
  }

  const write = (listing: string, index: number, batch: Batch) =>
    store.set(batchKey(listing, index), JSON.stringify(batch), keptUntil());

  return {
    find: (round) => read<typeof BegunRound>(roundKey(round), BEGUN),
    async begin(round) {
      const listing = randomUUID();
      let size = 0;
      for await (const batch of list())
        for (const piece of piecesOf(batch)) await write(listing, size++, piece);
      const { value } = await store.claim(roundKey(round), JSON.stringify({ listing, size }), keptUntil());
      const begun = parseJson(value);
      return BEGUN.Check(begun) ? begun : { listing, size: 0 };
    },
    read: (listing, index) => read<typeof Subjects>(batchKey(listing, index), BATCH),
    write: (listing, index, left) =>
      left.length === 0 ? store.delete([batchKey(listing, index)]) : write(listing, index, left),
  };
}

/** The batch in as many pieces as it takes for each to be one value of a store. */
function* piecesOf(batch: Batch): Generator<Batch> {
  const characters = batch.reduce((sum, { length }) => sum + length, 0);
  if (characters <= MOST_CHARACTERS || batch.length < 2) return yield batch;
  const half = Math.ceil(batch.length / 2);
  yield* piecesOf(batch.slice(0, half));
  yield* piecesOf(batch.slice(half));
}
