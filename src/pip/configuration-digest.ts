import { createHash, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Plugin } from "../plugin.ts";
import { attributeOf } from "./attribute-name.ts";
import type { Provider } from "./provider.ts";
import type { Registry } from "./registry.ts";

const derive: (text: string, salt: string, length: number, cost: { N: number }) => Promise<Buffer> =
  promisify(scrypt);

const DIGEST_BYTES = 12;
/** It stands in keys of the store, and passwords in what it is made from: to try them out must be slow. */
const COST = { N: 4_096 };

/**
 * Stands for all that makes what a provider says mean what it does; the same in every process with the same
 * configuration. `expiresMs` is how long its facts count.
 */
export async function digestConfiguration(
  { name, provides, needs, attributes }: Plugin,
  config: unknown,
  expiresMs: number,
): Promise<string> {
  const text = canonicalJson({ name, provides, needs, attributes, config, expiresMs });
  return (await derive(text, "postern", DIGEST_BYTES, COST)).toString("base64url");
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

const lineages = new WeakMap<Registry, Map<Provider, string>>();

/** The digest of a provider's configuration, and of those that tell it whom it is asked about. */
export function lineageOf(registry: Registry, provider: Provider): string {
  const known = lineages.get(registry) ?? new Map<Provider, string>();
  lineages.set(registry, known);
  const before = known.get(provider);
  if (before !== undefined) return before;
  const needs = provider.plugin.needs.map((need) => [
    need,
    registry.mergeOf(attributeOf(need)),
    ...registry.providersOf(need).map((other) => lineageOf(registry, other)),
  ]);
  const whole = createHash("sha256").update(JSON.stringify([provider.digest, needs]));
  const lineage = whole.digest().subarray(0, DIGEST_BYTES).toString("base64url");
  known.set(provider, lineage);
  return lineage;
}
