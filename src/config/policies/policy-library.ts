import type { Policy } from "../../core/model.ts";
import { canonicalJson } from "./canonical.ts";
import { type Cursor, showPlace } from "./cursor.ts";
import { decodePolicy } from "./decode-policy.ts";
import { type Entry, show } from "./directory.ts";
import { toEntry } from "./find-entries.ts";
import type { References } from "./references.ts";
import { ListedPoliciesSchema } from "./schema-application.ts";
import { given } from "./schema-parts.ts";
import { PolicyLinkSchema, PrecedenceSchema } from "./schema-policy.ts";

/** A policy in an application's list. */
interface Listed {
  readonly policy: Policy | null;
  readonly precedence: number | null;
  readonly at: Cursor;
}

/** All policies by id: the reusable ones, and those that applications hold. */
export class PolicyLibrary {
  readonly #byId: Map<string, Policy>;

  constructor(
    /** The reusable ones that are sound. */
    reusable: readonly Policy[],
    private readonly references: References,
  ) {
    this.#byId = new Map(reusable.map((policy) => [policy.id, policy]));
  }

  /** The policies of an application, in order of execution; null where one is wrong. */
  decodeList(application: Entry): readonly Policy[] | null {
    const written = given(application.at.read(ListedPoliciesSchema)?.policies) ?? [];
    const listed = written.map((value, index) => {
      return this.#decode(value, application.at.at("policies", index), `${application.id}/`);
    });
    const policies = inOrder(listed)?.map(({ policy }) => policy) ?? [null];
    return policies.every((policy) => policy !== null) ? policies : null;
  }

  /** A policy is written out, or named: as text, or by a link that can hold its precedence. */
  #decode(value: unknown, at: Cursor, scope: string): Listed {
    if (typeof value === "string") return { policy: this.#find(value, at), precedence: null, at };
    const precedence = given(at.read(PrecedenceSchema)?.precedence);
    if (isWrittenOut(value)) {
      const policy = decodePolicy(toEntry(value, at, scope), this.references);
      return { policy: policy && this.#add(policy, at), precedence, at };
    }
    const link = at.read(PolicyLinkSchema);
    return { policy: link && this.#find(link.id, at.at("id")), precedence, at };
  }

  #find(reference: string, at: Cursor): Policy | null {
    const entry = this.references.policies.find(reference, at);
    return (entry && this.#byId.get(entry.id)) ?? null;
  }

  /** Exports repeat a reusable policy in every application: it must be the same everywhere. */
  #add(policy: Policy, at: Cursor): Policy | null {
    const known = this.#byId.get(policy.id);
    if (known === undefined) {
      this.#byId.set(policy.id, policy);
      return policy;
    }
    if (canonicalJson(known) === canonicalJson(policy)) return known;
    const where = showPlace(known.place);
    return at.report(
      `the policy at ${where} has the same id ${show(policy.id)} and other content; give one another id or name`,
    );
  }
}

function isWrittenOut(value: unknown): boolean {
  const keys = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return keys.some((key) => key === "name" || key === "decision" || key === "include");
}

/** In order of precedence where it is given, else of position. */
function inOrder(listed: readonly Listed[]): readonly Listed[] | null {
  if (listed.every(({ precedence }) => precedence === null)) return listed;
  const taken = new Map<number, Cursor>();
  let sound = true;
  for (const { precedence, at } of listed) {
    const same = precedence === null ? undefined : taken.get(precedence);
    const fault = precedenceFault(precedence, same);
    if (fault !== null) {
      (precedence === null ? at : at.at("precedence")).report(fault);
      sound = false;
    }
    if (precedence !== null && !same) taken.set(precedence, at);
  }
  return sound ? listed.toSorted((a, b) => (a.precedence ?? 0) - (b.precedence ?? 0)) : null;
}

function precedenceFault(precedence: number | null, same: Cursor | undefined): string | null {
  if (precedence === null)
    return "the precedence is missing; give one to every policy of the application, or to none";
  if (precedence === 0) return "precedence starts at 1";
  return same ? `the policy at ${showPlace(same.place)} has the same precedence; make them differ` : null;
}
