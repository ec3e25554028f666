import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";
import { parse } from "yaml";
import { closeObject } from "../../src/pip/close-schema.ts";
import { findPluginFault } from "../../src/pip/find-plugin-fault.ts";
import type { Plugin } from "../../src/plugin.ts";
import { isOfOwnPlugin, readFiles, TOP } from "../meta/source-files.ts";

const Providers = Type.Object({
  providers: Type.Array(
    Type.Object({ use: Type.String(), config: Type.Record(Type.String(), Type.Unknown()) }),
  ),
});

const pages = await readFiles("docs/plugins/*.md");
const plugins = (await readFiles("plugins/*/index.ts"))
  .filter(({ path }) => !isOfOwnPlugin(path))
  .map(({ path }) => basename(dirname(path)));

async function loadPlugin(name: string): Promise<Plugin> {
  const { default: plugin } = await import(join(TOP, "plugins", name, "index.ts"));
  return plugin;
}

function providersOf(text: string): Static<typeof Providers>["providers"] {
  const blocks = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => Value.Parse(Providers, parse(block)).providers);
}

test("every plugin that ships has a page, and every page a plugin", () => {
  expect(pages.map(({ path }) => basename(path, ".md")).toSorted()).toEqual(plugins.toSorted());
});

describe.each(pages.map(({ path, text }) => [basename(path, ".md"), text] as const))(
  "the page of %s",
  (name, text) => {
    test("shows a configuration that the plugin takes", async () => {
      const plugin = await loadPlugin(name);
      const shown = providersOf(text);
      expect(shown.map(({ use }) => use)).toEqual([name]);
      for (const { config } of shown) {
        const check = TypeCompiler.Compile(closeObject(plugin.config));
        expect([...check.Errors(config)].filter(({ value }) => !String(value).includes("${"))).toEqual([]);
        expect(findPluginFault(plugin.configured?.(config) ?? plugin)).toBeNull();
      }
    });

    test("names every key of the configuration", async () => {
      const { config } = await loadPlugin(name);
      const missing = Object.keys(config.properties).filter((key) => !text.includes(`\`${key}\``));
      expect(missing).toEqual([]);
    });

    test("leads nowhere that is not there", () => {
      const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, to = ""]) => to);
      const dead = links.filter((to) => !/^https?:/.test(to) && !existsSync(join(TOP, "docs/plugins", to)));
      expect(dead).toEqual([]);
    });
  },
);
