import { TypeCompiler } from "@sinclair/typebox/compiler";
import { asOf, definePlugin, partial, t } from "../../src/plugin.ts";

const Page = TypeCompiler.Compile(
  t.Object({
    devices: t.Optional(
      t.Array(
        t.Object({
          id: t.String(),
          trust: t.Unknown(),
          at: t.Optional(t.Number()),
          tags: t.Optional(t.Array(t.String())),
        }),
      ),
    ),
    /** Whether there are more pages than this one. */
    more: t.Optional(t.Boolean()),
  }),
);

/** Asks a server how far it trusts a device: what a plugin of a user's would look like. */
export const TRUST = definePlugin({
  name: "trust",
  provides: [],
  needs: ["device.id"],
  config: t.Object({ url: t.String() }),
  attributes: { "own.trust": t.Number(), "own.tags": t.Array(t.String()) },
  setup: ({ url }, host) => ({
    async resolve(subject, _wanted, signal) {
      const response = await host.fetch(url, { signal });
      const page: unknown = await response.json();
      if (!Page.Check(page)) throw new SyntaxError("not a page of devices");
      const found = (page.devices ?? []).filter(({ id }) => id === subject["device.id"]);
      const [device] = found;
      if (found.length > 1) throw new SyntaxError("the same device twice");
      if (device === undefined) return {};
      const trust = Number(device.trust);
      return {
        "own.trust": device.at === undefined ? trust : asOf(device.at, trust),
        "own.tags": page.more === true ? partial(device.tags ?? []) : (device.tags ?? []),
      };
    },
  }),
});
