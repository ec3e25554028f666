import { findShadowed } from "../../application-overlaps.ts";
import type { Destination } from "../../model.ts";
import type { LintRule } from "../finding.ts";

export const SHADOWED_APPLICATION: LintRule = {
  name: "shadowed-application",
  level: "warning",
  summary: "A path of a wildcard host never gets the requests to a more specific host.",
  check({ set }) {
    const entries = set.applications.flatMap((application) =>
      application.destinations.map((destination) => ({ destination, value: application })),
    );
    return findShadowed(entries).map(({ hidden, by }) => ({
      place: hidden.destination.place,
      reason: `requests to ${by.destination.host} never reach ${show(hidden.destination)}: "${by.value.name}" at ${show(by.destination)} has the more specific host and decides alone`,
      mend: `add ${by.destination.host}${hidden.destination.path} to this application, or acknowledge that it is meant`,
      object: hidden.value,
    }));
  },
};

function show({ host, path }: Destination): string {
  return path === "/" ? host : host + path;
}
