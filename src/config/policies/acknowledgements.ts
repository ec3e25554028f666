import type { Acknowledgements } from "../../core/model.ts";
import { given } from "./schema-parts.ts";

/** The findings that the author of an object accepts: lint rule to reason. */
export function acknowledgements(
  json: Readonly<Record<string, string>> | "" | null | undefined,
): Acknowledgements {
  return new Map(Object.entries(given(json) ?? {}));
}
