import type { TObject } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type NeedableName, type OwnAttributes, type Plugin, t } from "../../src/plugin.ts";
import { findNameFault } from "./find-name-fault.ts";
import { compileMappings } from "./mapping.ts";
import { type HttpSource, isMapped, type OwnSource } from "./source-schema.ts";
import { startSource } from "./start-source.ts";
import { compileStep, type Step } from "./step.ts";

/** A plugin that is data: a JSON API and what its answers say. */
export interface HttpPluginDefinition {
  readonly name: string;
  /** Its values are `{config/…}` in the source. */
  readonly config: TObject;
  /** What values are where the configuration leaves them out. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Key of the configuration that names the identity provider whose logins this is about. */
  readonly idp?: string;
  /** Key of the configuration that names the connection that records of devices are of. */
  readonly connection?: string;
  readonly source: HttpSource;
}

/** Makes a plugin of a declaration. Throws `TypeError` for one that names what there is not. */
export function createHttpPlugin({
  name,
  config,
  defaults,
  idp,
  connection,
  source,
}: HttpPluginDefinition): Plugin {
  const steps = source.steps.map(compileStep);
  const fault = findNameFault(source, steps);
  if (fault !== null) throw new TypeError(`plugin ${name}: ${fault}`);
  const check = TypeCompiler.Compile(config);
  return {
    name,
    config,
    idp: idp ?? null,
    connection: connection ?? null,
    provides: Object.keys(source.attributes ?? {}).filter(isMapped),
    needs: needsOf(steps),
    attributes: ownAttributes(source.own ?? {}),
    async start(given, host) {
      if (!check.Check(given)) throw new TypeError(`plugin ${name}: its config does not meet its schema`);
      const values = new Map([["config", { ...defaults, ...given }]]);
      const bound: unknown = connection === undefined ? null : Reflect.get(given, connection);
      const mappings = compileMappings(source, typeof bound === "string" ? bound : null);
      return startSource({ source, steps, mappings }, values, host);
    },
  };
}

function needsOf(steps: readonly Step[]): readonly NeedableName[] {
  const paths = steps.flatMap(({ templates }) => templates).flatMap((template) => template.paths);
  const names = paths.flatMap(({ name, pointer: [attribute = ""] }) =>
    name === "subject" ? [attribute] : [],
  );
  return [...new Set(names)].filter(isNeedable);
}

/** What names people, devices and networks; whether there is such an attribute the registry checks. */
function isNeedable(name: string): name is NeedableName {
  return /^(?:identity\.(?:subject|email)$|(?:network|device|own)\.)/.test(name);
}

const OWN_SCHEMAS = {
  text: t.String(),
  number: t.Number(),
  boolean: t.Boolean(),
  texts: t.Array(t.String()),
} as const;

function ownAttributes(own: Readonly<Record<string, OwnSource>>): OwnAttributes {
  return Object.fromEntries(
    Object.entries(own).map(([name, { type }]) => [`own.${name}`, OWN_SCHEMAS[type]]),
  );
}
