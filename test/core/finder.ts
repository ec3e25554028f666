import { compileApplications } from "../../src/core/application-index.ts";
import type { Entry } from "./naive-applications.ts";

/** The application that a request to `host/path` leads to, or in brackets why there is none. */
export function finder(...entries: readonly Entry[]) {
  const index = compileApplications(entries);
  return (host: string, target: string): string => {
    const found = index.find(host, target);
    return found.match === "found" ? found.value : `(${found.match})`;
  };
}
