import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { ADMIN_TOKENS } from "../../../test/support/test-service.ts";
import type { Tally } from "../tally.ts";
import type { ReplicaProcess } from "./replica-process.ts";

const KEYS = TypeCompiler.Compile(
  Type.Object({
    keys: Type.Array(Type.Object({ purpose: Type.String(), kid: Type.String(), state: Type.String() })),
  }),
);
/** What rests on a fact that lives for a second may have run out by the time it is looked at. */
const ARRIVES_WITHIN_SECONDS = 10;
const SEEN_AT_MOST = 10_000;

/** Looks at the verdicts that come with permits: each has to be signed by a key that is published. */
export class Verdicts {
  readonly #tally: Tally;
  readonly #seen = new Set<string>();
  /** When keys were taken out, on the clock of the bench, by their ids. */
  readonly #revokedAt = new Map<string, number>();

  readonly #keys = new Map<string, ReturnType<typeof createRemoteJWKSet>>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Whether one that came for a question asked at `startedAt` is not signed by a key that was revoked before. */
  holds(verdict: string, startedAt: number): boolean {
    const revokedAt = this.#revokedAt.size === 0 ? undefined : this.#revokedAt.get(kidOf(verdict));
    return revokedAt === undefined || startedAt <= revokedAt;
  }

  /** Verifies it, where it has not been seen before, as an application would. */
  verify(verdict: string, subject: string, from: ReplicaProcess): void {
    if (this.#seen.has(verdict) || from.urlOf("public") === "") return;
    if (this.#seen.size === SEEN_AT_MOST) this.#seen.clear();
    this.#seen.add(verdict);
    const fail = (why: unknown) => {
      // Of a key that was revoked on the way, or of a replica that has ended since.
      if (this.#revokedAt.has(kidOf(verdict)) || from.urlOf("public") === "") return;
      this.#tally.count("error", false, () => `a verdict for ${subject} does not hold: ${why}`);
    };
    const rules = { subject, typ: "verdict+jwt", clockTolerance: ARRIVES_WITHIN_SECONDS };
    jwtVerify(verdict, this.#keysOf(from), rules).catch(fail);
  }

  /** Takes the key out that signs at a replica. */
  async revokeKey(replica: ReplicaProcess): Promise<void> {
    const headers = { Authorization: `Bearer ${ADMIN_TOKENS.operator}`, "Content-Type": "application/json" };
    const admin = `${replica.urlOf("admin")}/v1/keys`;
    const listed: unknown = await (await fetch(admin, { headers })).json();
    if (!KEYS.Check(listed)) throw new Error("a replica does not tell its keys");
    const active = listed.keys.find(({ purpose, state }) => purpose === "verdict" && state === "active");
    if (active === undefined) throw new Error("a replica signs with no key");
    const body = JSON.stringify({ purpose: "verdict", kid: active.kid });
    const { ok, status } = await fetch(`${admin}/revoke`, { method: "POST", headers, body });
    if (!ok) throw new Error(`a key could not be revoked: ${status}`);
    this.#revokedAt.set(active.kid, performance.now());
  }

  /** Fetched when one is asked for that is not known yet. */
  #keysOf(replica: ReplicaProcess): ReturnType<typeof createRemoteJWKSet> {
    const url = `${replica.urlOf("public")}/.well-known/jwks.json`;
    const keys = this.#keys.get(url) ?? createRemoteJWKSet(new URL(url), { cooldownDuration: 0 });
    this.#keys.set(url, keys);
    return keys;
  }
}

function kidOf(verdict: string): string {
  return decodeProtectedHeader(verdict).kid ?? "";
}
