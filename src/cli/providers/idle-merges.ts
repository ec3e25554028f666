import type { Config } from "../../config/config.ts";
import { messageAt, showKey } from "../../config/path.ts";
import { suggest } from "../../config/suggest.ts";
import { type Fault, wholeOf } from "../../core/place.ts";
import type { DescribedProvider } from "../../pip/described-provider.ts";

/** Merges of what no provider has: a slip would merge nothing, silently. */
export function findIdleMerges(
  { merges, folder }: Pick<Config, "merges" | "folder">,
  providers: readonly DescribedProvider[],
): readonly Fault[] {
  const provided = new Set<string>(
    providers.flatMap(({ plugin }) => [...plugin.provides, ...Object.keys(plugin.attributes)]),
  );
  const place = wholeOf(providers[0]?.place.file ?? folder);
  return Object.keys(merges).flatMap((name) => {
    if (provided.has(name)) return [];
    const near = suggest(name, [...provided]);
    const hint = near === null ? "remove it, or add one that does" : `did you mean ${showKey(near)}?`;
    return [{ place, message: messageAt(["merges", name], `no provider has this attribute; ${hint}`) }];
  });
}
