import type { Group } from "../../core/model.ts";
import { acknowledgements } from "./acknowledgements.ts";
import { decodeRuleLists } from "./decode-rule.ts";
import type { Entry } from "./directory.ts";
import type { References } from "./references.ts";
import { GroupShellSchema } from "./schema-policy.ts";

export function decodeGroup({ id, name, at }: Entry, to: References): Group | null {
  const json = at.read(GroupShellSchema);
  const lists = decodeRuleLists(at, to);
  return (
    json && lists && { id, name, ...lists, acknowledge: acknowledgements(json.acknowledge), place: at.place }
  );
}
