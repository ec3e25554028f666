import { showKey } from "../../config/path.ts";
import { codecOf, isFactName } from "../../core/attribute-codec.ts";
import { parseJson } from "../../pip/parse-json.ts";
import type { NeedableName, PlainSubject } from "../../plugin.ts";
import { UsageError } from "../io.ts";

/** Whom `attributes`, each `NAME=VALUE`, are of: all that a plugin needs and nothing else. Throws `UsageError`. */
export function readSubject(needs: readonly NeedableName[], attributes: readonly string[]): PlainSubject {
  const subject = new Map<string, unknown>();
  for (const attribute of attributes) {
    const [, name = "", text = ""] = /^([^=]+)=(.*)$/s.exec(attribute) ?? [];
    const need = needs.find((each) => each === name);
    if (need === undefined) {
      throw new UsageError(`the plugin does not ask by ${showKey(name || attribute)}; give ${listOf(needs)}`);
    }
    subject.set(need, readValue(need, text));
  }
  const missing = needs.filter((need) => !subject.has(need));
  if (missing.length > 0) throw new UsageError(`the plugin asks by ${listOf(missing)}, too`);
  return Object.fromEntries(subject);
}

function listOf(needs: readonly NeedableName[]): string {
  return needs.map((need) => `${need}=…`).join(" ");
}

/** As text where the attribute may be text, else as JSON; one of a plugin's own as JSON where it is some. */
function readValue(need: NeedableName, text: string): unknown {
  if (!isFactName(need)) throw new UsageError(`there is no attribute ${need}`);
  const readings = need.startsWith("own.") ? [parseJson(text), text] : [text, parseJson(text)];
  for (const reading of readings) {
    const value = codecOf(need).decode(reading);
    if (value !== null) return codecOf(need).encode(value);
  }
  throw new UsageError(`${need} cannot have that value`);
}
