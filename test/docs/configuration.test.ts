import { describe, expect, test } from "bun:test";
import { KindGuard, type TSchema } from "@sinclair/typebox";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../src/config/load-config.ts";
import { PosternFileSchema } from "../../src/config/postern-schema.ts";
import { Workspace } from "../support/run-verb.ts";
import { codeOf, codesIn, readPage, rowsOf, sectionOf } from "./pages.ts";

const rows = rowsOf(sectionOf(await readPage("docs/configuration.md"), "Keys"));

/** Rows for what is left out as a whole. */
const SECTIONS: ReadonlySet<string> = new Set(["access", "admin"]);

/** Every key of a schema that holds something itself: `listen.public`, `proxies[].kind`. */
function* pathsOf(schema: TSchema, path = ""): Generator<string> {
  if (KindGuard.IsArray(schema) && KindGuard.IsObject(schema.items)) {
    yield path;
    yield* pathsOf(schema.items, `${path}[]`);
  } else if (KindGuard.IsObject(schema)) {
    for (const [key, value] of Object.entries(schema.properties)) {
      yield* pathsOf(value, path === "" ? key : `${path}.${key}`);
    }
  } else yield path;
}

test("the page has a row for every key of postern.yaml, and no other", () => {
  const documented = rows.map(([key]) => codeOf(key)).filter((key) => !SECTIONS.has(key));
  expect(documented.toSorted()).toEqual([...pathsOf(PosternFileSchema)].toSorted());
});

describe("the defaults of the page", () => {
  const MINIMAL = {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:8080" },
    store: "memory:",
    policies: "./policies",
  };

  /** The defaults that are values, spelt out. */
  function spellOut(): Record<string, unknown> {
    const sections: Record<string, Record<string, unknown>> = {};
    for (const [key = "", written = ""] of rows) {
      const [section = "", name] = codeOf(key).split(".");
      const value = /^`[^`<]*`$/.test(written) ? codeOf(written) : null;
      if (value === null || section.includes("[")) continue;
      if (name === undefined) continue;
      sections[section] = { ...sections[section], [name]: parse(value) };
    }
    return sections;
  }

  async function load(file: object) {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": stringify(file) });
    const { config, faults } = await loadConfig(`${workspace.folder}/postern.yaml`, {});
    expect(faults).toEqual([]);
    const text = JSON.stringify({ ...config, revision: "", warnings: [] }).replaceAll(workspace.folder, "");
    return JSON.parse(text);
  }

  test("are those of the code: who spells them out gets what leaving them out gives", async () => {
    const spelt = spellOut();
    expect(Object.keys(spelt).toSorted()).toEqual(["denial", "evaluate", "keys", "log", "verdict"]);
    expect(await load({ ...MINIMAL, ...spelt })).toEqual(await load(MINIMAL));
  });
});

test("what must be given is what the schema demands", () => {
  const given = rows.filter(([, written]) => written === "must be given").map(([key]) => codeOf(key));
  const isRequired = (path: string) => {
    const names = path.split(".");
    let schema: TSchema = PosternFileSchema;
    let required = false;
    for (const name of names) {
      const key = name.replace("[]", "");
      required = (schema.required ?? []).includes(key);
      schema = schema.properties[key];
      if (name.endsWith("[]")) schema = schema.items;
    }
    return required;
  };
  // Left out for a Unix socket alone, which only the file as a whole can tell.
  const expected = [...pathsOf(PosternFileSchema)].filter(isRequired).concat("proxies[].peers");
  expect(given.toSorted()).toEqual(expected.toSorted());
});

test("every word that a key may be is named", () => {
  const choices = (path: string) => codesIn(rows.find(([key]) => codeOf(key) === path)?.[2] ?? "");
  const { proxies, verdict, admin, log } = PosternFileSchema.properties;
  const words = (schema: { readonly anyOf: readonly { readonly const: string }[] }) =>
    schema.anyOf.map((word) => word.const);
  expect(choices("proxies[].kind")).toEqual(words(proxies.items.properties.kind));
  expect(choices("verdict.algorithm")).toEqual(words(verdict.properties.algorithm));
  expect(choices("verdict.bind")).toEqual(words(verdict.properties.bind));
  expect(choices("admin.tokens[].role")).toEqual(words(admin.properties.tokens.items.properties.role));
  expect(choices("log.values")).toEqual(words(log.properties.values));
});
