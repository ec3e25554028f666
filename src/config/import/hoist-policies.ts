import { type ExportedObject, idOf } from "./exported-object.ts";
import { asPlain, listAt, type Plain } from "./plain.ts";
import { tidy } from "./tidy.ts";

/** Objects with reusable policies standing for themselves, and named by the applications that use them. */
export interface Hoisted {
  readonly applications: readonly Plain[];
  readonly policies: readonly Plain[];
}

/**
 * Exports repeat a reusable policy in every application: it is written once. The policies of an application come in
 * order of precedence, so that their position says it.
 */
export function hoistPolicies(kept: readonly ExportedObject[]): Hoisted {
  const applications = kept.filter(({ kind }) => kind === "applications").map(({ value }) => value);
  const alone = kept.filter(({ kind }) => kind === "policies").map(({ value }) => value);
  const written = applications.flatMap((application) =>
    listAt(application, "policies").flatMap(asWrittenOut),
  );
  const uses = Map.groupBy(written, idOf);
  const hoisted = written.filter(
    (policy) =>
      idOf(policy) !== "" && (policy.reusable === true || (uses.get(idOf(policy))?.length ?? 0) > 1),
  );
  const policies = new Map([...hoisted, ...alone].map((policy) => [idOf(policy) || policy, policy]));
  return {
    applications: applications.map((application) => {
      const listed = inPrecedence(listAt(application, "policies"));
      const shortened = listed.map((policy) => {
        const [written] = asWrittenOut(policy);
        if (written !== undefined && !policies.has(idOf(written))) return tidy("policies", written);
        return idOf(asPlain(policy) ?? {}) || policy;
      });
      return tidy("applications", { ...application, policies: shortened });
    }),
    policies: [...policies.values()].map((policy) => tidy("policies", policy)),
  };
}

/** The policy where an application holds it; nothing where it only names it. */
function asWrittenOut(policy: unknown): readonly Plain[] {
  const object = asPlain(policy);
  return object !== null && ("decision" in object || "include" in object || "name" in object) ? [object] : [];
}

/** The codec has made sure that all of them have a precedence, or none. */
function inPrecedence(policies: readonly unknown[]): readonly unknown[] {
  const precedenceOf = (policy: unknown) => {
    const precedence = asPlain(policy)?.precedence;
    return typeof precedence === "number" ? precedence : 0;
  };
  return policies.toSorted((a, b) => precedenceOf(a) - precedenceOf(b));
}
