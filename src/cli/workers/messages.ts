import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

/** What a worker tells the process that leads it. */
const FromWorkerSchema = Type.Union([
  Type.Object({
    kind: Type.Literal("started"),
    listeners: Type.Array(Type.Object({ name: Type.String(), url: Type.String() })),
  }),
  Type.Object({ kind: Type.Literal("refused"), message: Type.String() }),
  Type.Object({
    kind: Type.Literal("metrics"),
    question: Type.Number(),
    metrics: Type.Array(Type.Object({ name: Type.String() })),
  }),
]);
export type FromWorker = Static<typeof FromWorkerSchema>;

/** What it is told. */
const ToWorkerSchema = Type.Union([
  Type.Object({ kind: Type.Literal("reload") }),
  Type.Object({ kind: Type.Literal("refresh_keys") }),
  Type.Object({ kind: Type.Literal("metrics"), question: Type.Number() }),
]);
export type ToWorker = Static<typeof ToWorkerSchema>;

const fromWorker = TypeCompiler.Compile(FromWorkerSchema);
const toWorker = TypeCompiler.Compile(ToWorkerSchema);

/** Null for what is no message of these. */
export function readFromWorker(message: unknown): FromWorker | null {
  return fromWorker.Check(message) ? message : null;
}

export function readToWorker(message: unknown): ToWorker | null {
  return toWorker.Check(message) ? message : null;
}
