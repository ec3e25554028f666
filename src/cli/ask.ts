import type { Facts } from "../core/fact.ts";
import { encodeFacts, type FactJson } from "../core/fact-json.ts";
import { factsOf } from "../pip/facts-of.ts";
import { type Provider, startProvider } from "../pip/provider.ts";
import { readSubject } from "./ask/read-subject.ts";
import { type CliIo, EXIT, UsageError } from "./io.ts";
import { CONFIG_OPTION, JSON_OPTION, loadConfigAt } from "./load.ts";
import type { AddVerb } from "./program.ts";
import { type ConfiguredProvider, configureProviders } from "./providers/configure-providers.ts";
import { renderFaults } from "./report-faults.ts";
import { formatDuration, paint, printable, renderTable } from "./terminal.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
}

/** `postern ask PROVIDER ATTRIBUTE=VALUE…`: asks the real source of one provider about one subject, once. Nothing is stored. */
export const addAsk: AddVerb = (program, io, done) => {
  program
    .command("ask <provider> <attributes...>")
    .description("ask the source of a provider about somebody, such as identity.email=ada@example.com")
    .option(...CONFIG_OPTION)
    .option(...JSON_OPTION)
    .action(async (name: string, attributes: string[], { config, json }: Options) => {
      const loaded = await loadConfigAt(config, io);
      const configured = loaded.config === null ? null : await configureProviders(loaded.config);
      if (configured === null || configured.registry === null) {
        io.err(renderFaults([...loaded.faults, ...(configured?.faults ?? [])], io));
        return done(EXIT.misuse);
      }
      const found = findProvider(name, configured.registry.providers);
      const subject = readSubject(found.plugin.needs, attributes);
      const provider = await start(found, io);
      const startedAt = performance.now();
      const facts = await provider.ask(subject, factsOf(provider)).finally(() => provider.dispose());
      const tookMs = Math.round(performance.now() - startedAt);
      if (json)
        io.out(`${JSON.stringify({ provider: found.name, took_ms: tookMs, facts: encodeFacts(facts) })}\n`);
      else io.out(renderFacts(facts, `${found.name} took ${tookMs} ms`, io));
      done(Object.values(facts).some((fact) => fact?.state === "unknown") ? EXIT.findings : EXIT.fine);
    });
};

/** By its own name, or by that of its plugin where it has only one provider. */
function findProvider(name: string, providers: readonly ConfiguredProvider[]): ConfiguredProvider {
  const exact = providers.filter((provider) => provider.name === name);
  const [found, another] = exact.length > 0 ? exact : providers.filter(({ plugin }) => plugin.name === name);
  if (found !== undefined && another === undefined) return found;
  const names = providers.map((provider) => provider.name).join(", ");
  throw new UsageError(
    names === ""
      ? "no providers are configured; add one under providers"
      : `${found === undefined ? "no provider has that name" : "several are of that plugin"}; there are ${names}`,
  );
}

async function start(found: ConfiguredProvider, { now, err }: CliIo): Promise<Provider> {
  const { loaded, place, options, settings, name } = found;
  const log = (message: string) => err(`${printable(message)}\n`);
  try {
    return await startProvider(loaded, { place, config: options, settings, clock: now, log });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "its set-up failed";
    throw new UsageError(`provider ${name} cannot be started: ${why}`, { cause });
  }
}

function renderFacts(facts: Facts, summary: string, { style, now }: CliIo): string {
  const { bold, dim, green, yellow } = paint(style);
  const rows = Object.entries(encodeFacts(facts)).map(([name, fact]) => {
    const color = fact.state === "unknown" ? yellow : green;
    return [bold(printable(name)), color(fact.state), printable(describe(fact)), dim(ageOf(fact, now()))];
  });
  return `${renderTable([...rows])}\n${dim(summary)}\n`;
}

function describe({ state, value, complete, why }: FactJson): string {
  if (state === "unknown") return why ?? "missing";
  if (state === "absent") return "";
  return `${JSON.stringify(value)}${complete === false ? " and perhaps more" : ""}`;
}

function ageOf({ learntAt }: FactJson, now: number): string {
  return learntAt === undefined ? "" : `${formatDuration(now - learntAt)} old`;
}
