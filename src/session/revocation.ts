import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Key, Store } from "../store/store.ts";
import { type Login, splitSessionId } from "./login.ts";

/** Whose logins are revoked. `id`: a subject, an address in lower case, a device or a session. */
export interface RevocationTarget {
  readonly kind: "user" | "email" | "device" | "session";
  readonly id: string;
}

/** What every process that shares the store is told of a revocation by. */
export const REVOCATIONS = "revocations";

const RECORD = TypeCompiler.Compile(Type.Object({ revoked_before: Type.Number() }));

/** Where a revocation is kept: those of a user and their sessions beside the sessions. */
export function revocationKey({ kind, id }: RevocationTarget): Key {
  if (kind === "user") return ["person", id, "revoked"];
  if (kind === "session") return ["person", splitSessionId(id)?.subject ?? "", "revoked", id];
  return [kind, id, "revoked"];
}

/** Everything by which a login can be revoked. */
export function targetsOf(login: Login): readonly RevocationTarget[] {
  const targets: RevocationTarget[] = [
    { kind: "user", id: login.subject },
    { kind: "session", id: login.session },
  ];
  if (login.email !== null) targets.push({ kind: "email", id: login.email });
  if (login.device !== null) targets.push({ kind: "device", id: login.device });
  return targets;
}

/** `revoked_before` of a stored revocation, null where there is none. One that cannot be read revokes for ever. */
export function decodeRevocation(text: string | null): number | null {
  if (text === null) return null;
  try {
    const record: unknown = JSON.parse(text);
    return RECORD.Check(record) ? record.revoked_before : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Hears of every revocation, whoever made it; the result ends that. */
export function onRevocation(store: Store, listener: () => void): Promise<() => void> {
  return store.subscribe(REVOCATIONS, listener);
}
