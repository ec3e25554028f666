import type { FactName } from "./core/attribute.ts";
import { isFactName } from "./core/attribute-codec.ts";
import type { Facts } from "./core/fact.ts";
import { encodeFacts } from "./core/fact-json.ts";
import { closeObject } from "./pip/close-schema.ts";
import { findPluginFault } from "./pip/find-plugin-fault.ts";
import { type Provider, startProvider } from "./pip/provider.ts";
import { DEFAULT_SETTINGS } from "./pip/provider-settings.ts";
import type { PlainSubject, Plugin } from "./plugin.ts";

/** What a plugin is started with in a test. */
export interface TestSetup {
  /** As `config:` in `postern.yaml`. */
  readonly config: object;
  /** Plays the servers that the plugin asks; without it there are none. */
  readonly respond?: (request: Request) => Response | Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What Postern makes of an answer: known values as they are written, what there is none of, and what is not known. */
export interface Learnt {
  readonly known: Readonly<Record<string, unknown>>;
  readonly absent: readonly string[];
  /** Why, by attribute. */
  readonly unknown: Readonly<Record<string, string>>;
}

/** A plugin at work as in Postern: bounded, checked, and its errors unknown. */
export interface PluginInTest {
  /** Asks about one subject; for all that the plugin provides, unless told. A keyed attribute is named with its key. */
  ask(subject: PlainSubject, wanted?: readonly FactName[]): Promise<Learnt>;
  /** Asks about many at once; null for a plugin that cannot. */
  poll(subjects: readonly PlainSubject[]): Promise<readonly Learnt[] | null>;
  /** What it has said to whoever runs Postern. */
  readonly log: readonly string[];
  /** Addresses that it has asked. */
  readonly asked: readonly string[];
  dispose(): Promise<void>;
}

/** A fixed moment: 2026-01-01T00:00:00Z. */
const NEW_YEAR = 1_767_225_600_000;
const TIMEOUT_MS = 250;
/** A public address; nothing is ever sent there. */
const ADDRESS = "1.1.1.1";

/** Starts `plugin` without a network: `respond` plays every server that it asks. */
export async function startPlugin(plugin: Plugin, setup: TestSetup): Promise<PluginInTest> {
  const { config, respond, now = () => NEW_YEAR } = setup;
  const log: string[] = [];
  const asked: string[] = [];
  const provider = await startProvider(plugin, {
    place: { file: "test", line: 1, column: 1 },
    config,
    settings: { ...DEFAULT_SETTINGS, timeoutMs: TIMEOUT_MS },
    clock: now,
    log: (message) => log.push(message),
    network: {
      resolve: async () => [ADDRESS],
      async fetch(url, { method = "GET", headers, body, signal }) {
        const named = new Headers(headers);
        const address = new URL(url);
        address.host = named.get("host") ?? address.host;
        asked.push(address.href);
        if (respond === undefined) throw new Error("this test plays no server");
        const request = new Request(address.href, {
          method,
          headers: named,
          ...(body == null ? {} : { body }),
        });
        return Promise.race([respond(request), aborted(signal)]);
      },
    },
  });
  return {
    ask: async (subject, wanted = factsOf(provider)) => {
      return sortFacts(await provider.ask(subject, wanted));
    },
    async poll(subjects) {
      if (provider.poll === null) return null;
      const all = await provider.poll(subjects);
      return all.map(sortFacts);
    },
    log,
    asked,
    dispose: () => provider.dispose(),
  };
}

/** What the contract is run with. */
export interface ContractSetup extends TestSetup {
  /** Somebody whom the source knows. */
  readonly knows: PlainSubject;
  /** Somebody whom it does not. */
  readonly stranger: PlainSubject;
  /** What is asked for; all that the plugin provides, unless told. */
  readonly wanted?: readonly FactName[];
}

/** One thing that every plugin must do; `run` throws where it does not. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Answers of a server that say nothing: whatever is asked for is unknown after them. */
const FAULTS: readonly (readonly [string, () => Response | Promise<Response>])[] = [
  ["breaks", () => new Response("internal error", { status: 500 })],
  ["is overloaded", () => new Response("slow down", { status: 429, headers: { "Retry-After": "60" } })],
  ["refuses", () => new Response("forbidden", { status: 403 })],
  [
    "shows a login page",
    () => new Response("<html>Log in</html>", { headers: { "Content-Type": "text/html" } }),
  ],
  ["is cut off", () => new Response('{"half": ')],
  ["hangs", () => Promise.withResolvers<Response>().promise],
];

/** The contract that every plugin must meet, as tests: `for (const { name, run } of contractOf(…)) test(name, run)`. */
export function contractOf(plugin: Plugin, setup: ContractSetup): readonly ContractCase[] {
  const { knows, stranger, wanted } = setup;
  const using = async (more: Partial<TestSetup>, work: (started: PluginInTest) => Promise<void>) => {
    const started = await startPlugin(plugin, { ...setup, ...more });
    await work(started).finally(() => started.dispose());
  };
  const cases: ContractCase[] = [
    {
      name: "is described as plugins are",
      async run() {
        const fault = findPluginFault(plugin.configured?.(setup.config) ?? plugin);
        demand(fault === null, fault ?? "");
      },
    },
    {
      name: "refuses a key of its configuration that it does not know",
      async run() {
        const strict = closeObject(plugin.config).additionalProperties === false;
        demand(strict, "its configuration takes unknown keys");
      },
    },
    {
      name: "asks nobody while it is set up",
      run: () => using({}, async ({ asked }) => demand(asked.length === 0, `asks ${asked.join(", ")}`)),
    },
    {
      name: "says of somebody whom the source knows what Postern can use",
      run: () =>
        using({}, async (started) => {
          const { known, unknown } = await started.ask(knows, wanted);
          demand(Object.keys(known).length > 0, `nothing is known: ${JSON.stringify(unknown)}`);
          const wrong = Object.entries(unknown).filter(([, why]) => why === "malformed");
          demand(wrong.length === 0, `a value makes no sense: ${wrong.map(([name]) => name).join(", ")}`);
        }),
    },
    {
      name: "knows nothing of a stranger",
      run: () =>
        using({}, async (started) => {
          const { known } = await started.ask(stranger, wanted);
          demand(Object.keys(known).length === 0, `knows ${JSON.stringify(known)}`);
        }),
    },
    {
      name: "says the same of many at once as of each alone",
      run: () =>
        using({}, async (started) => {
          const all = await started.poll([knows, stranger]);
          const alone = await started.ask(knows, wanted);
          const together = all?.[0];
          const same =
            together === undefined || JSON.stringify(together.known) === JSON.stringify(alone.known);
          demand(same, `says ${JSON.stringify(together)}, and alone ${JSON.stringify(alone)}`);
        }),
    },
  ];
  if (setup.respond === undefined) return cases;
  const faults = FAULTS.map(([what, respond]) => ({
    name: `knows nothing when the server ${what}, and does not say that there is nothing`,
    run: () =>
      using({ respond }, async (started) => {
        const { known, absent } = await started.ask(knows, wanted);
        const said = [...Object.keys(known), ...absent];
        demand(said.length === 0, `speaks of ${said.join(", ")}`);
      }),
  }));
  return [...cases, ...faults];
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function factsOf({ plugin, connection }: Provider): readonly FactName[] {
  const names: readonly string[] = [...plugin.provides, ...Object.keys(plugin.attributes)];
  return names.flatMap((name) => {
    if (isFactName(name)) return [name];
    const keyed = `${name}:${connection ?? ""}`;
    return connection !== null && isFactName(keyed) ? [keyed] : [];
  });
}

function sortFacts(facts: Facts): Learnt {
  const known: Record<string, unknown> = {};
  const absent: string[] = [];
  const unknown: Record<string, string> = {};
  for (const [name, { state, value, why }] of Object.entries(encodeFacts(facts))) {
    if (state === "known") known[name] = value;
    else if (state === "absent") absent.push(name);
    else unknown[name] = why ?? "missing";
  }
  return { known, absent, unknown };
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(signal.reason));
  return promise;
}
