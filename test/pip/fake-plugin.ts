import {
  definePlugin,
  type NeedableName,
  type OwnAttributes,
  type Plugin,
  type ProvidableName,
  t,
} from "../../src/plugin.ts";

interface Fake {
  readonly name?: string;
  readonly provides?: readonly Exclude<ProvidableName, "identity.groups">[];
  readonly needs?: readonly NeedableName[];
  readonly attributes?: OwnAttributes;
  /** What it answers for a subject; undefined values are left out. */
  readonly resolve?: (
    subject: Readonly<Record<string, unknown>>,
    wanted: readonly string[],
    signal: AbortSignal,
  ) => unknown;
}

/** A plugin whose answers are not held to the types: what the host must be ready for. */
export function fakePlugin({
  name = "fake",
  provides = [],
  needs = ["device.id"],
  attributes = {},
  resolve,
}: Fake): Plugin {
  const plugin = definePlugin({
    name,
    provides: [],
    config: t.Object({}),
    setup: () => ({ resolve: () => ({}) }),
  });
  return {
    ...plugin,
    provides,
    needs,
    attributes,
    start: async () => ({
      resolve: async (subject, wanted, signal) => resolve?.(subject, wanted, signal) ?? {},
      poll: null,
      dispose: async () => {},
    }),
  };
}

/** A plugin that knows the groups of the logins of one identity provider. */
export function groupsPlugin(name: string, groups: readonly string[] | null): Plugin {
  return definePlugin({
    name,
    provides: ["identity.groups"],
    needs: ["identity.email"],
    idp: "idp",
    config: t.Object({ idp: t.String() }),
    setup: () => ({
      resolve: () => ({ "identity.groups": groups && { ids: [], names: groups, emails: [] } }),
    }),
  });
}
