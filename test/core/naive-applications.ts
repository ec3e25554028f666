import type { Destination } from "../../src/core/model.ts";

/** One application at one destination. */
export interface Entry {
  readonly destination: Destination;
  readonly value: string;
}

export function entry(value: string, host: string, path = "/"): Entry {
  return { value, destination: { host, path, place: { file: "apps.yaml", line: 1, column: 1 } } };
}

const escapeText = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");

export function matchesHost(pattern: string, host: string): boolean {
  const labels = pattern
    .split(".")
    .map((label) => (label === "*" ? "[^.]+" : escapeText(label).replace("*", "[^.]*")));
  return new RegExp(`^${labels.join("\\.")}$`).test(host);
}

/** `path` is plain: no dot segments, no empty ones, none at the end. */
export function matchesPath(pattern: string, path: string): boolean {
  if (["", "/", "/*"].includes(pattern)) return true;
  const glob = escapeText(pattern.replace(/\/$/, ""))
    .replaceAll("/*/", "/.+/")
    .replace(/\/\*$/, "/.+")
    .replaceAll("*", ".*");
  return new RegExp(`^${glob}(/.*)?$`).test(path);
}

/** Higher is more specific; hosts first, label by label from the right, then the literal path. */
function specificityOf({ host, path }: Destination): number[] {
  const labels = host.split(".").reverse();
  const literal = ["", "/", "/*"].includes(path) ? "" : path.replace(/\/$/, "").replaceAll("*", "");
  return [
    host.includes("*") ? 0 : 1,
    ...labels.map((label) => (label === "*" ? 0 : label.includes("*") ? 1 : 2)),
    literal.length,
  ];
}

function compareSpecificity(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** The application of a plain request by a look at every entry: its value, or why there is none. */
export function findNaively(entries: readonly Entry[], host: string, path: string): string {
  const matching = entries.filter(
    ({ destination }) => matchesHost(destination.host, host) && matchesPath(destination.path, path),
  );
  const best = matching.filter(({ destination }) =>
    matching.every(
      (other) => compareSpecificity(specificityOf(destination), specificityOf(other.destination)) >= 0,
    ),
  );
  const values = new Set(best.map(({ value }) => value));
  return values.size > 1 ? "(ambiguous)" : ([...values][0] ?? "(none)");
}

/** Whether both can match the plain request, and neither is more specific. */
export function conflictOn(a: Entry, b: Entry, host: string, path: string): boolean {
  return a.value !== b.value && findNaively([a, b], host, path) === "(ambiguous)";
}
