import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const Order = Type.Union([
  Type.Object({ kind: Type.Literal("reload"), id: Type.Integer() }),
  Type.Object({ kind: Type.Literal("set_clock"), id: Type.Integer(), offByMs: Type.Number() }),
]);
const News = Type.Union([
  Type.Object({ kind: Type.Literal("listening"), urls: Type.Record(Type.String(), Type.String()) }),
  Type.Object({ kind: Type.Literal("done"), id: Type.Integer() }),
]);

/** What a replica in a process of its own is told to do. */
export type Order = Static<typeof Order>;
/** What it tells. */
export type News = Static<typeof News>;

export const ORDER = TypeCompiler.Compile(Order);
export const NEWS = TypeCompiler.Compile(News);
