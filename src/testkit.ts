import { isDeepStrictEqual } from "node:util";
import type { FactName } from "./core/attribute.ts";
import { type Facts, unknown } from "./core/fact.ts";
import { encodeFacts } from "./core/fact-json.ts";
import { closeObject } from "./pip/close-schema.ts";
import { factsOf } from "./pip/facts-of.ts";
import { fillDefaults } from "./pip/fill-defaults.ts";
import { findPluginFault } from "./pip/find-plugin-fault.ts";
import { startProvider } from "./pip/provider.ts";
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
  /** Whether the plugin has a `poll`. */
  readonly canPoll: boolean;
  /** Asks about many at once, of each for all that the plugin provides, in their order. Throws where it has no `poll`. */
  poll(subjects: readonly PlainSubject[]): Promise<readonly Learnt[]>;
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
    config: fillDefaults(closeObject(plugin.config), config),
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
    canPoll: provider.poll !== null,
    async poll(subjects) {
      if (provider.poll === null) throw new TypeError(`plugin ${plugin.name} has no poll`);
      const outcome = await provider.poll(subjects);
      const why = "failure" in outcome ? outcome.failure : "missing";
      const untold = Object.fromEntries(factsOf(provider).map((name) => [name, unknown(why, provider.name)]));
      const answers = "answer" in outcome ? outcome.answer : [];
      return subjects.map((_, index) => sortFacts({ ...untold, ...answers[index] }));
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
          const why = [JSON.stringify(unknown), ...started.log].join("; ");
          demand(Object.keys(known).length > 0, `nothing is known: ${why}`);
          demand(!Object.values(unknown).includes("malformed"), `a value makes no sense: ${why}`);
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
    ...[[knows], [knows, stranger], [stranger, knows]].map((subjects) => ({
      name: `says of many the same as of each alone: ${subjects.map((each) => (each === knows ? "the known" : "the stranger")).join(", ")}`,
      run: () =>
        using({}, async (started) => {
          if (!started.canPoll) return;
          const polled = await started.poll(subjects);
          for (const [index, subject] of subjects.entries()) {
            const alone = await started.ask(subject, wanted);
            const together = narrow(polled[index], alone);
            // Whoever answers for many may have nothing on who is not among them.
            const same =
              isDeepStrictEqual(together, narrow(alone, alone)) ||
              (subject === stranger && isSilent(together));
            demand(same, `says ${JSON.stringify(together)}, and alone ${JSON.stringify(alone)}`);
          }
        }),
    })),
  ];
  if (setup.respond === undefined) return cases;
  const faults = FAULTS.flatMap(([what, respond]) => [
    {
      name: `knows nothing when the server ${what}, and does not say that there is nothing`,
      run: () => using({ respond }, async (started) => demandSilence(await started.ask(knows, wanted))),
    },
    {
      name: `knows nothing of many when the server ${what}, and does not say that there is nothing`,
      run: () =>
        using({ respond }, async (started) => {
          if (started.canPoll) (await started.poll([knows, stranger])).forEach(demandSilence);
        }),
    },
  ]);
  return [...cases, ...faults];
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function demandSilence({ known, absent }: Said): void {
  const said = [...Object.keys(known), ...absent];
  demand(said.length === 0, `speaks of ${said.join(", ")}`);
}

type Said = Pick<Learnt, "known" | "absent">;

/** What is said of the attributes that `asked` speaks of. */
function narrow(learnt: Learnt | undefined, asked: Learnt): Said {
  const names = new Set([...Object.keys(asked.known), ...asked.absent, ...Object.keys(asked.unknown)]);
  const known = Object.entries(learnt?.known ?? {}).filter(([name]) => names.has(name));
  return {
    known: Object.fromEntries(known),
    absent: (learnt?.absent ?? []).filter((name) => names.has(name)).toSorted(),
  };
}

function isSilent({ known, absent }: Said): boolean {
  return Object.keys(known).length + absent.length === 0;
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
