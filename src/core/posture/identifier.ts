import { NO_MATCH } from "../verdict.ts";
import type { CheckKind, Lists } from "./check-kind.ts";
import { type CompiledCheck, decided, MISSING, onFact, undecidable } from "./compiled-check.ts";
import { foldCase } from "./fold-case.ts";

/** The device's serial number is on a list; case makes no difference. */
export const SERIAL_NUMBER: CheckKind<"serial_number"> = {
  compile: ({ list }, lists) => onList("device.serial_number", list, lists, foldCase),
  describe: ({ list }) => `serial number is in list ${list}`,
};

/** The id that device management gave the device is on a list; neither case nor hyphens make a difference. */
export const UNIQUE_CLIENT_ID: CheckKind<"unique_client_id"> = {
  compile: ({ list }, lists) => onList("device.unique_client_id", list, lists, foldUuid),
  describe: ({ list }) => `unique client id is in list ${list}`,
};

function onList(
  name: "device.serial_number" | "device.unique_client_id",
  id: string,
  lists: Lists,
  fold: (text: string) => string,
): CompiledCheck {
  const list = lists.get(id);
  if (list === undefined) return undecidable("broken_reference");
  const folded = new Set(list.values.map(fold));
  return onFact(name, NO_MATCH, ({ value }) => (value === "" ? MISSING : decided(folded.has(fold(value)))));
}

function foldUuid(text: string): string {
  return foldCase(text).replaceAll("-", "");
}
