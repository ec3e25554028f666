import type { FactName } from "../core/attribute.ts";
import { isFactName } from "../core/attribute-codec.ts";
import type { DescribedProvider } from "./described-provider.ts";

/** The facts that a provider may be asked for; of a keyed attribute that of its connection. */
export function factsOf({ plugin, connection }: DescribedProvider): readonly FactName[] {
  const names: readonly string[] = [...plugin.provides, ...Object.keys(plugin.attributes)];
  return names.flatMap((name) => {
    if (isFactName(name)) return [name];
    const keyed = `${name}:${connection ?? ""}`;
    return connection !== null && isFactName(keyed) ? [keyed] : [];
  });
}
