import type { Host, StartedPlugin } from "../../src/plugin.ts";
import { createAuthorizer } from "./authorize.ts";
import type { List } from "./compile-value.ts";
import type { Mapping } from "./mapping.ts";
import type { Scope } from "./path.ts";
import type { HttpSource } from "./source-schema.ts";
import type { Ask, Step } from "./step.ts";

/** A source, with its parts ready to be used. */
export interface CompiledSource {
  readonly source: HttpSource;
  readonly steps: readonly Step[];
  readonly mappings: ReadonlyMap<string, Mapping>;
}

/** Starts a source; `config` is the scope of its configuration. */
export async function startSource(
  { source, steps, mappings }: CompiledSource,
  config: Scope,
  host: Host,
): Promise<StartedPlugin> {
  const authorizer = await createAuthorizer(source.auth, config, host);
  const absent = new Set(source.absent_if_not_found ?? []);

  function askWithin(signal: AbortSignal): Ask {
    return async ({ method, url, headers, body }) => {
      const proof = await authorizer.headers();
      try {
        const request = { method, headers: { ...headers, ...proof }, signal };
        return await host.fetch(url, body === null ? request : { ...request, body });
      } catch (error) {
        if (isRefusal(error)) authorizer.forget();
        throw error;
      }
    };
  }

  return {
    async resolve(subject, _, signal) {
      const found = await runSteps(steps, new Map([...config, ["subject", subject]]), askWithin(signal));
      if (found === "unsure") return {};
      const answers = [...mappings].map(([name, { read, none }]) => {
        if (found !== "none") return [name, read(found)] as const;
        return [name, absent.has(name) ? none : undefined] as const;
      });
      return Object.fromEntries(answers);
    },
    poll: null,
    dispose: async () => {},
  };
}

/** Tokens can be revoked before their time: after a refusal the next question brings a new one. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "refused";
}

async function runSteps(steps: readonly Step[], start: Scope, ask: Ask) {
  const scope = new Map(start);
  const lists = new Map<string, List>();
  for (const step of steps) {
    const found = await step.find(scope, ask);
    if (found.kind === "unsure") return "unsure";
    if (found.kind === "one") scope.set(step.name, found.record);
    else if (found.kind === "all") lists.set(step.name, found);
    else if (!step.isOptional) return "none";
  }
  return { scope, lists };
}
