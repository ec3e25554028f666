import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AskedDevice } from "../../pip/asked-devices.ts";
import { parseStrictObject } from "../../token/strict-json.ts";

/** Cloudflare asks about no more at once. */
const MAX_DEVICES = 1_000;

const TextOrNothing = Type.Optional(Type.Union([Type.String({ maxLength: 256 }), Type.Null()]));
/** Open: Cloudflare may add to it. */
const DEVICES = TypeCompiler.Compile(
  Type.Array(
    Type.Object({
      device_id: Type.String({ minLength: 1, maxLength: 256 }),
      serial_number: TextOrNothing,
      hostname: TextOrNothing,
    }),
  ),
);

/** The devices that a body asks about, or what is wrong with it. The list may be called `Devices`; what is blank is not known. */
export function readPostureRequest(body: Uint8Array): readonly AskedDevice[] | string {
  const lists = readLists(body);
  const [list] = lists;
  if (lists.length !== 1) return 'the body must be JSON: {"devices": [{"device_id": "…"}]}';
  if (Array.isArray(list) && list.length > MAX_DEVICES) return `more than ${MAX_DEVICES} devices at once`;
  if (!DEVICES.Check(list))
    return "every device must have a device_id, and texts for what else is known of it";
  return list.map(({ device_id, serial_number, hostname }) => ({
    id: device_id,
    serialNumber: presentText(serial_number),
    hostname: presentText(hostname),
  }));
}

function readLists(body: Uint8Array): readonly unknown[] {
  try {
    const entries = Object.entries(parseStrictObject(body, "the body"));
    return entries.filter(([name]) => name.toLowerCase() === "devices").map(([, list]) => list);
  } catch {
    return [];
  }
}

function presentText(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
