import { type Path, showKey, valueAt } from "../../config/path.ts";
import { suggest } from "../../config/suggest.ts";
import { DEVICE_FIELDS, type FactsForm, PERSON_FIELDS } from "./facts-schema.ts";

/** Fields that may be listed as unknown: what somebody else than the request itself has to tell. */
const UNKNOWABLE: readonly string[] = [
  ...PERSON_FIELDS.filter((field) => field !== "subject" && field !== "evaluations"),
  "ip",
  "country",
  ...DEVICE_FIELDS.filter((field) => field !== "id").map((field) => `device.${field}`),
];

/** Where a name that is listed as unknown stands among facts. */
export function pathOfField(name: string): Path {
  if (name.startsWith("own.")) return ["attributes", name];
  return name.startsWith("device.") ? ["device", name.slice("device.".length)] : [name];
}

/** What is wrong with a name in the list of what is unknown; null where nothing is. `own`: attributes there are. */
export function findUnknownFault(name: string, form: FactsForm, own: readonly string[]): string | null {
  if (valueAt(form, pathOfField(name)) !== undefined) return `${showKey(name)} is given, too; leave one out`;
  const names = [...UNKNOWABLE, ...own];
  if (names.includes(name)) return null;
  const near = suggest(name, names);
  const hint =
    near === null ? "name a field such as groups, device.os or own.NAME" : `did you mean ${showKey(near)}?`;
  return `${showKey(name)} is nothing that could be unknown; ${hint}`;
}
