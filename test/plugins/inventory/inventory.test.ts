import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import inventory from "../../../plugins/inventory/index.ts";
import type { FactName } from "../../../src/core/attribute.ts";
import type { Provider } from "../../../src/pip/provider.ts";
import { registryOf, start } from "../../pip/rig.ts";
import { until } from "../../support/until.ts";

const CSV = `\uFEFFserial,owner,managed,score,tags
C02XK0AAJG5J,"Lovelace, Ada",TRUE,7.5,mac; loaner
PF2ABCDE,,yes,many,
TWICE,Grace,true,1,
twice,Mallory,true,9,
__proto__,Eve,true,9,
`;

const JSON_FILE = [
  { serial: "C02XK0AAJG5J", owner: "Lovelace, Ada", managed: true, score: 7.5, tags: ["mac", "loaner"] },
  { serial: "PF2ABCDE", owner: null, managed: "yes", score: "many", tags: [] },
  { serial: "TWICE", owner: "Grace" },
  { serial: "twice", owner: "Mallory" },
];

const CONFIG = {
  name: "assets",
  key: { column: "serial", is: "device.serial_number" },
  attributes: {
    "asset.listed": { type: "listed" },
    "asset.owner": { type: "text", column: "owner" },
    "asset.managed": { type: "boolean", column: "managed" },
    "asset.score": { type: "number", column: "score" },
    "asset.tags": { type: "texts", column: "tags" },
  },
};
const WANTED: readonly FactName[] = [
  "own.asset.listed",
  "own.asset.owner",
  "own.asset.managed",
  "own.asset.score",
  "own.asset.tags",
];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-inventory-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function startWith(text: string, type = "csv", config: object = CONFIG) {
  const file = join(folder, `${crypto.randomUUID()}.${type}`);
  await writeFile(file, text);
  const lines: string[] = [];
  const provider = await start(inventory, {
    config: { ...config, file },
    log: (line) => void lines.push(line),
  });
  return { file, provider, lines };
}

function ask(provider: Provider, serial: string) {
  return provider.ask({ "device.serial_number": serial }, WANTED);
}

describe.each([
  ["CSV", CSV, "csv"],
  ["JSON", JSON.stringify(JSON_FILE), "json"],
])("an inventory in %s", (_, text, type) => {
  test("tells of the device that has the serial number, in whatever case", async () => {
    const { provider } = await startWith(text, type);
    expect(await ask(provider, "c02xk0aajg5j")).toMatchObject({
      "own.asset.listed": { state: "known", value: true },
      "own.asset.owner": { state: "known", value: "Lovelace, Ada" },
      "own.asset.managed": { state: "known", value: true },
      "own.asset.score": { state: "known", value: 7.5 },
      "own.asset.tags": { state: "known", complete: true, value: new Set(["mac", "loaner"]) },
    });
    await provider.dispose();
  });

  test("says nothing by an empty cell, but in a list, and nothing by a value of another type", async () => {
    const { provider } = await startWith(text, type);
    expect(await ask(provider, "PF2ABCDE")).toMatchObject({
      "own.asset.owner": { state: "unknown", why: "missing" },
      "own.asset.managed": { state: "unknown", why: "malformed" },
      "own.asset.score": { state: "unknown", why: "malformed" },
      "own.asset.tags": { state: "known", complete: true, value: new Set() },
    });
    await provider.dispose();
  });

  test("knows of a device that it does not list only that", async () => {
    const { provider } = await startWith(text, type);
    const { "own.asset.listed": listed, ...others } = await ask(provider, "toString");
    expect(listed).toMatchObject({ state: "known", value: false });
    for (const fact of Object.values(others)) expect(fact).toMatchObject({ state: "unknown" });
    await provider.dispose();
  });

  test("says nothing of two devices with one serial number", async () => {
    const { provider } = await startWith(text, type);
    for (const fact of Object.values(await ask(provider, "TWICE"))) expect(fact?.state).toBe("unknown");
    await provider.dispose();
  });
});

describe("the file", () => {
  test("is read again when another takes its place", async () => {
    const { provider, file } = await startWith(CSV);
    await writeFile(`${file}.new`, CSV.replace("Lovelace, Ada", "Hopper, Grace"));
    await rename(`${file}.new`, file);
    await until(async () => {
      const owner = (await ask(provider, "C02XK0AAJG5J"))["own.asset.owner"];
      return owner?.state === "known" && owner.value === "Hopper, Grace";
    });
    await provider.dispose();
  });

  test("that cannot be read any more leaves everything unknown until it can", async () => {
    const { provider, file, lines } = await startWith(CSV);
    await writeFile(file, 'serial,owner\n"half');
    await until(() => lines.length > 0);
    for (const fact of Object.values(await ask(provider, "C02XK0AAJG5J"))) {
      expect(fact).toMatchObject({ state: "unknown", why: "failed" });
    }
    await writeFile(file, CSV);
    await until(async () => (await ask(provider, "C02XK0AAJG5J"))["own.asset.owner"]?.state === "known");
    await provider.dispose();
  });

  test.each([
    ["lacks a column", "serial,owner\nA,B\n", "csv", "it has no column managed"],
    ["has two columns of one name", "serial,serial,owner,managed,score,tags\n", "csv", "one name"],
    [
      "has lines of different length",
      "serial,owner,managed,score,tags\nA,B\n",
      "csv",
      "Invalid Record Length",
    ],
    ["is no list", '{"C02XK0AAJG5J": {}}', "json", "it is not a list of objects"],
  ])("that %s is not taken", async (_, text, type, message) => {
    await expect(startWith(text, type)).rejects.toThrow(message);
  });
});

test("several inventories are told apart by their names", async () => {
  const [assets, people] = await Promise.all([
    startWith(CSV),
    startWith("mail,floor\nada@example.com,3\n", "csv", {
      name: "people",
      key: { column: "mail", is: "identity.email" },
      attributes: { floor: { type: "number", column: "floor" } },
    }),
  ]);
  const registry = registryOf([assets.provider, people.provider]);
  expect(registry.providers.map(({ name }) => name)).toEqual(["assets", "people"]);
  const said = await people.provider.ask({ "identity.email": "ada@example.com" }, ["own.floor"]);
  expect(said["own.floor"]).toMatchObject({ state: "known", value: 3 });
  await Promise.all([assets.provider.dispose(), people.provider.dispose()]);
});
