import type { FactName } from "./attribute.ts";
import type { CompiledApplication } from "./compile.ts";

/** Names of the facts that can matter to a decision about `application`. */
export function requirements(application: CompiledApplication): readonly FactName[] {
  return application.requirements;
}
