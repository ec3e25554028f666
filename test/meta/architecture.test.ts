import { describe, expect, test } from "bun:test";
import { type Import, importsOf } from "./imports.ts";
import { readSources, type SourceFile } from "./source-files.ts";

/** Rooms of the house, and the rooms each may import. What a room is not given by import it gets as an argument. */
const ROOMS: ReadonlyMap<string, readonly string[]> = new Map([
  ["clock.ts", []],
  ["core", []],
  ["plugin.ts", ["core"]],
  ["store", ["clock.ts"]],
  ["token", ["clock.ts"]],
  ["observe", ["core", "clock.ts"]],
  ["config", ["core", "clock.ts"]],
  ["session", ["core", "store", "clock.ts"]],
  ["pip", ["core", "plugin.ts", "store", "clock.ts"]],
  ["server", ["core", "config", "store", "token", "session", "pip", "observe", "clock.ts"]],
  // What plugins are tested with: the host, without a network.
  ["testkit.ts", ["core", "pip", "plugin.ts"]],
  ["console", []],
  [
    "cli",
    [
      "core",
      "config",
      "store",
      "token",
      "session",
      "pip",
      "observe",
      "server",
      "console",
      "cli/demo",
      "plugin.ts",
      "clock.ts",
      // Its version.
      "package.json",
    ],
  ],
  // Plays the other side, Cloudflare's edge, and so is not bound to what the service may know.
  [
    "cli/demo",
    ["cli", "core", "config", "store", "token", "session", "pip", "observe", "server", "clock.ts"],
  ],
  ["main.ts", ["cli", "clock.ts"]],
  ["plugins", ["plugin.ts", "testkit.ts"]],
]);

/** Packages, and the only rooms that know them. */
const PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["elysia", ["server"]],
  ["ioredis", ["store"]],
  ["bullmq", ["pip"]],
  ["bun:sqlite", ["store"]],
  ["jose", ["token", "cli/demo", "plugins"]],
  ["oauth4webapi", ["plugins"]],
  ["ldapts", ["plugins"]],
  ["mmdb-lib", ["plugins"]],
  ["csv-parse", ["plugins"]],
  ["pino", ["observe"]],
  ["prom-client", ["observe"]],
  ["yaml", ["config", "cli"]],
  ["ipaddr.js", ["core"]],
  ["@grpc/grpc-js", ["server"]],
  ["@grpc/proto-loader", ["server"]],
  ["commander", ["cli", "main.ts"]],
  ["@grpc/grpc-js", ["server"]],
  ["@grpc/proto-loader", ["server"]],
  ["picocolors", ["cli"]],
  [
    "@sinclair/typebox",
    ["core", "plugin.ts", "store", "token", "config", "session", "pip", "server", "cli", "plugins"],
  ],
]);

/** The only modules of the runtime that `core` may know: pure functions, no input or output. */
const PURE_MODULES: readonly string[] = ["node:url", "node:net"];

const WITHOUT_RUNTIME: readonly string[] = ["clock.ts", "plugin.ts", "console"];

/** `src/core/posture/disk.ts` → `core`; null for tests and scripts, which may know everybody. */
function roomOf(path: string): string | null {
  if (path.startsWith("src/cli/demo/")) return "cli/demo";
  if (path === "package.json") return path;
  const [top = "", room = ""] = path.split("/");
  if (top === "src") return room;
  return top === "plugins" ? top : null;
}

/** Says what is wrong with an import; null where it is right. */
function findTrespass({ from, of }: Import): string | null {
  const room = roomOf(from);
  if (room === null) return null;
  if ("file" in of) {
    const other = roomOf(of.file);
    if (other === room || (other !== null && ROOMS.get(room)?.includes(other))) return null;
    return `${from} imports ${of.file}: ${room} may import ${ROOMS.get(room)?.join(", ") || "no other room"}`;
  }
  const owners = PACKAGES.get(of.package);
  if (owners !== undefined) {
    return owners.includes(room)
      ? null
      : `${from} imports ${of.package}, which only ${owners.join(", ")} may know`;
  }
  if (/^(?:node:|bun$|bun:)/.test(of.package)) {
    const isPure = PURE_MODULES.includes(of.package);
    const may = room === "core" ? isPure : !WITHOUT_RUNTIME.includes(room);
    return may ? null : `${from} imports ${of.package}: ${room} does no input or output`;
  }
  return `${from} imports ${of.package}: say in this test which rooms may know it`;
}

function findTrespasses(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(importsOf).flatMap((found) => findTrespass(found) ?? []);
}

describe("the house", () => {
  test("has no room that is not on the plan", async () => {
    const rooms = new Set(
      (await readSources()).map(({ path }) => roomOf(path)).filter((room) => room !== null),
    );
    expect([...rooms].filter((room) => !ROOMS.has(room))).toEqual([]);
  });

  test("has no room that imports what it may not", async () => {
    expect(findTrespasses(await readSources())).toEqual([]);
  });

  test("keeps the wall clock in clock.ts", async () => {
    const sources = (await readSources()).filter(({ path }) => /^(?:src|plugins)\//.test(path));
    const wallClock = /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bDate\(\s*\)/;
    const readers = sources.filter(({ text }) => wallClock.test(text)).map(({ path }) => path);
    expect(readers).toEqual(["src/clock.ts"]);
  });
});

describe("a trespass", () => {
  test.each([
    ["of core into store", "src/core/a.ts", 'import { open } from "../store/open-store.ts";'],
    ["by a type", "src/token/a.ts", 'import type { Store } from "../store/store.ts";'],
    ["by a re-export", "src/store/a.ts", 'export { evaluate } from "../core/evaluate.ts";'],
    ["over several lines", "src/session/a.ts", 'import {\n  a,\n  b,\n} from "../token/a.ts";'],
    ["for its effect alone", "src/core/a.ts", 'import "../observe/log.ts";'],
    ["at run time", "src/core/a.ts", 'const a = await import("../observe/log.ts");'],
    ["of a plugin into the house", "plugins/geoip.ts", 'import { a } from "../src/core/fact.ts";'],
    ["into the framework", "src/session/a.ts", 'import { Elysia } from "elysia";'],
    ["into a part of a package", "src/core/a.ts", 'import { a } from "jose/jwk/thumbprint";'],
    ["of core into the runtime", "src/core/a.ts", 'import { readFile } from "node:fs/promises";'],
    ["into a package that nobody placed", "src/core/a.ts", 'import a from "left-pad";'],
    ["into a test", "src/core/a.ts", 'import { a } from "../../test/support/records.ts";'],
  ])("%s is seen", (_, path, text) => {
    expect(findTrespasses([{ path, text }])).toHaveLength(1);
  });

  test.each([
    ["src/core/a.ts", '/** See import { a } from "../store/store.ts" */\nimport { isIP } from "node:net";'],
    ["src/core/posture/a.ts", 'import { current } from "../fact.ts";'],
    ["src/session/a.ts", 'import type { Store } from "../store/store.ts";'],
    ["test/core/a.test.ts", 'import { Elysia } from "elysia";'],
  ])("is not seen where there is none: %s", (path, text) => {
    expect(findTrespasses([{ path, text }])).toEqual([]);
  });
});
