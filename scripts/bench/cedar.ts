import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { BenchmarkError } from "./benchmark.ts";
import type { Person } from "./person.ts";
import type { Scenario } from "./scenario.ts";

/** Cedar on its fastest path: the policies are parsed once and stay in its memory. */
export function createCedar({ name, cedar, cedarContext }: Scenario): (person: Person) => boolean {
  const parsed = preparsePolicySet(name, { staticPolicies: cedar });
  if (parsed.type === "failure") throw failed(parsed.errors.map(({ message }) => message).join("; "));
  return (person) => {
    const answer = statefulIsAuthorized({
      principal: { type: "User", id: person.subject },
      action: { type: "Action", id: "access" },
      resource: { type: "Application", id: "wiki" },
      context: cedarContext(person),
      preparsedPolicySetId: name,
      entities: [],
    });
    if (answer.type === "failure") throw failed(answer.errors.map(({ message }) => message).join("; "));
    return answer.response.decision === "allow";
  };
}

function failed(message: string): BenchmarkError {
  return new BenchmarkError("program_failed", `Cedar: ${message}`);
}
