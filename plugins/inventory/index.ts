import { TypeCompiler } from "@sinclair/typebox/compiler";
import { definePlugin, filePath, type OwnAttributes, type Plugin, t } from "../../src/plugin.ts";
import { watchFile } from "../support/watched-file.ts";
import { readCell } from "./read-cell.ts";
import { type Row, readTable } from "./read-table.ts";

const Match = t.Union([
  t.Literal("device.serial_number"),
  t.Literal("device.id"),
  t.Literal("device.unique_client_id"),
  t.Literal("identity.email"),
  t.Literal("identity.subject"),
]);

const Column = t.String({ minLength: 1 });
const Attribute = t.Union([
  t.Object({
    type: t.Union([t.Literal("text"), t.Literal("number"), t.Literal("boolean"), t.Literal("texts")]),
    column: Column,
  }),
  t.Object({
    type: t.Literal("listed", { description: "Whether the inventory has a row for the subject." }),
  }),
]);

const InventoryConfig = t.Object({
  name: t.String({ pattern: "^[a-z][\\w.-]*$", title: "a name in lower case" }),
  file: { ...filePath(), pattern: "\\.(?:csv|json)$", title: "the path of a .csv or .json file" },
  key: t.Object({ column: Column, is: Match }),
  attributes: t.Record(t.String({ pattern: "^\\w+(?:[.-]\\w+)*$" }), Attribute, {
    minProperties: 1,
    description: "Attributes of its own, without own. in front.",
  }),
});

const SCHEMAS = {
  text: t.String(),
  number: t.Number(),
  boolean: t.Boolean(),
  texts: t.Array(t.String()),
  listed: t.Boolean(),
} as const;

const check = TypeCompiler.Compile(InventoryConfig);

/** What a file says of devices or people, which is read again when it is written or replaced. */
const inventory: Plugin = {
  name: "inventory",
  provides: [],
  needs: [],
  attributes: {},
  config: InventoryConfig,
  idp: null,
  connection: null,
  configured: configureInventory,
  start: (config, host) => configureInventory(config).start(config, host),
};

export default inventory;

function configureInventory(config: unknown): Plugin {
  if (!check.Check(config)) throw new TypeError("plugin inventory: its config does not meet its schema");
  const { name, file: path, key } = config;
  const attributes = Object.entries(config.attributes);
  const columns = attributes.flatMap(([, attribute]) => ("column" in attribute ? [attribute.column] : []));
  const own: OwnAttributes = Object.fromEntries(
    attributes.map(([attribute, { type }]) => [`own.${attribute}`, SCHEMAS[type]]),
  );
  return definePlugin({
    name,
    provides: [],
    needs: [key.is],
    config: InventoryConfig,
    attributes: own,
    async setup(_, host) {
      const file = await watchFile(path, (bytes) => readTable(path, bytes, key.column, columns), host);
      return {
        resolve(subject) {
          // What a file that cannot be read took back or added nobody knows.
          if (!file.isCurrent) throw new Error("the file cannot be used as it is now");
          const row = file.value.get(subject[key.is].toLowerCase());
          const answers = attributes.map(([attribute, definition]) => {
            if (definition.type === "listed") return [`own.${attribute}`, isListed(row)] as const;
            return [`own.${attribute}`, readCell(row?.get(definition.column), definition.type)] as const;
          });
          return Object.fromEntries(answers);
        },
        dispose: () => file.close(),
      };
    },
  });
}

/** Rows that share a key say nothing of any of them. */
function isListed(row: Row | null | undefined): boolean | undefined {
  return row === null ? undefined : row !== undefined;
}
