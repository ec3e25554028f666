import { describe, expect, test } from "bun:test";
import { CONFIG, PLUGIN_DOOR, Workspace } from "../../support/run-verb.ts";

const POLICIES = `
applications:
  - { name: wiki, domain: wiki.example.com, policies: [{ name: A, decision: allow, include: [{ everyone: {} }] }] }
posture_rules:
  - { id: trusted, name: Trusted, type: attribute, input: { attribute: own.trust, operator: ">=", value: 80 } }
`;

const DIRECTORY = `
import { definePlugin, filePath, t } from "${PLUGIN_DOOR}";
export default definePlugin({
  name: "directory",
  provides: ["identity.groups", "device.provider"],
  needs: ["identity.subject", "device.id"],
  idp: "idp",
  connection: "connection",
  config: t.Object({
    idp: t.String({ minLength: 1 }),
    connection: t.String({ minLength: 1 }),
    file: t.Optional(filePath()),
    server: t.Optional(t.Object({ port: t.Integer({ maximum: 65535 }) })),
  }),
  setup: () => ({ resolve: () => ({}) }),
});`;

/** Runs `postern check` with these lines after the usual configuration. */
async function check(lines: string, files: Readonly<Record<string, string>> = {}) {
  using workspace = new Workspace();
  await workspace.write({
    "postern.yaml": `${CONFIG}${lines}`,
    "policies.yaml": POLICIES,
    "directory.ts": DIRECTORY,
    "folder/index.ts": DIRECTORY,
    "slips.ts": "export default {\n  name: 'slips'\n  provides: [],\n};\nconst ;\n",
    "none.ts": "export default { name: 'none' };",
    "broken.ts": "throw new Error('I need a newer world');",
    ...files,
  });
  return await workspace.run(["check"], { SECRET: "s3cret" });
}

const ONE = "  - { use: ./directory.ts, config: { idp: okta, connection: c1 } }";

describe("a provider that is in order:", () => {
  test.each([
    ["a file", `providers:\n${ONE}`],
    ["a path without its ending", "providers: [{ use: ./directory, config: { idp: okta, connection: c1 } }]"],
    ["a folder", "providers: [{ use: ./folder, config: { idp: okta, connection: c1 } }]"],
    ["one of the installation, by name", "providers: [{ use: geoip, config: { database: ./country.mmdb } }]"],
    [
      "two of one plugin, for different identity providers and connections",
      `providers:\n${ONE}\n  - { use: ./directory.ts, config: { idp: entra, connection: c2 } }`,
    ],
    [
      "two that both speak of one attribute, and how they are merged",
      `merges: { identity.groups: any, device.provider: first }\nproviders:\n${ONE}\n  - { use: ./directory.ts, config: { idp: okta, connection: c2 } }`,
    ],
    [
      "with all that may be set",
      "providers: [{ use: ./directory, config: { idp: okta, connection: c1 }, interval: 5m, expires: 15m, timeout: 2s, concurrency: 4, batch: 50, reach: [ldap.example.com, 10.0.0.0/8], max_response: 512KiB }]",
    ],
    [
      "a score",
      "posture_scores: [{ name: laptop, healthy: high, rules: [{ rule: Trusted, weight: 1 }], audience: aud }]",
    ],
  ])("%s", async (_, lines) => {
    expect(await check(lines)).toMatchObject({ code: 0, err: "" });
  });
});

describe("a fault is told with its place:", () => {
  test.each([
    [
      "a name that no plugin has",
      "providers: [{ use: geopi }]",
      '7:20  there is no plugin of that name; did you mean "geoip"?',
    ],
    [
      "the folder that plugins share",
      "providers: [{ use: support }]",
      "7:20  there is no plugin of that name",
    ],
    ["a name that climbs", 'providers: [{ use: ".." }]', "7:20  there is no plugin of that name"],
    [
      "a path that leads nowhere",
      "providers: [{ use: ./nowhere }]",
      "/nowhere: no such file, and no index.ts in it",
    ],
    ["a module that is no plugin", "providers: [{ use: ./none }]", "7:20  none.ts is no plugin"],
    [
      "a module that fails",
      "providers: [{ use: ./broken }]",
      "7:20  the plugin cannot be loaded: I need a newer world",
    ],
    [
      "a plugin with errors in it, of which the first is told",
      "providers: [{ use: ./slips.ts }]",
      'slips.ts:3:3  Expected "}" but found "provides"',
    ],
    [
      "a key that the plugin does not know",
      "providers: [{ use: ./directory, config: { idp: okta, connection: c1, ipd: x } }]",
      '7:70  config of directory: unknown key "ipd"; did you mean "idp"?',
    ],
    [
      "a key that it does not know, deep down",
      "providers: [{ use: ./directory, config: { idp: okta, connection: c1, server: { port: 1, prot: 2 } } }]",
      '7:89  config of directory: server: unknown key "prot"; did you mean "port"?',
    ],
    [
      "a value of another type",
      "providers: [{ use: ./directory, config: { idp: okta, connection: c1, server: { port: many } } }]",
      "7:86  config of directory: server.port: expected a whole number",
    ],
    [
      "a key that is missing",
      "providers: [{ use: ./directory, config: { idp: okta } }]",
      '7:41  config of directory: the key "connection" is missing',
    ],
    [
      "the same provider twice",
      `providers:\n${ONE}\n${ONE}`,
      "9:12  provider directory:okta:c1: is configured twice",
    ],
    [
      "two that speak of one attribute",
      `providers:\n${ONE}\n  - { use: ./directory.ts, config: { idp: okta, connection: c2 } }`,
      "9:12  provider directory:okta:c2: provides identity.groups, as directory:okta:c1 does",
    ],
    [
      "a merge of what is no attribute",
      "merges: { identity.group: any }",
      '7:27  merges["identity.group"]: no such attribute; did you mean "identity.groups"?',
    ],
    [
      "a merge of an attribute that no provider has",
      `merges: { device.os: first }\nproviders:\n${ONE}`,
      'postern.yaml  merges["device.os"]: no provider has this attribute; remove it, or add one that does',
    ],
    ["a way to merge that there is not", "merges: { identity.groups: most }", "7:28  merges"],
    ["everything to be reached", "providers: [{ use: geoip, reach: [0.0.0.0/0] }]", "a /0 is everything"],
    [
      "an address with a slip in it",
      "providers: [{ use: geoip, reach: [10.0.0.300] }]",
      "7:35  providers[0].reach[0]: expected a host name",
    ],
    [
      "a size without a unit",
      'providers: [{ use: geoip, max_response: "10" }]',
      "7:41  providers[0].max_response: expected a size",
    ],
    [
      "a score of a rule that is not there",
      "posture_scores: [{ name: s, healthy: low, rules: [{ rule: Trustd, weight: 1 }], audience: a }]",
      '7:59  there is no posture rule of this name or id; did you mean "Trusted"?',
    ],
    [
      "a score that does not say which end is healthy",
      "posture_scores: [{ name: s, rules: [{ rule: Trusted, weight: 1 }], audience: a }]",
      'the key "healthy" is missing',
    ],
    [
      "a score that nobody could ask for",
      "posture_scores: [{ name: s, healthy: low, rules: [{ rule: Trusted, weight: 1 }] }]",
      "7:18  posture_scores[0]: nobody could ask for it; give an audience, or clients",
    ],
    [
      "a rule that is in a score twice",
      "posture_scores: [{ name: s, healthy: low, rules: [{ rule: Trusted, weight: 1 }, { rule: Trusted, weight: 2 }], audience: a }]",
      "is there already; add up the weights",
    ],
  ])("%s", async (_, lines, expected) => {
    const { code, out } = await check(lines);
    expect(out).toContain(expected);
    expect(code).toBe(2);
  });

  test("and never with a value that came from outside the file", async () => {
    const { code, out } = await check(
      `providers: [{ use: ./directory, config: { idp: okta, connection: c1, server: { port: "\${SECRET}" } } }]`,
    );
    expect({ code, tells: out.includes("s3cret") }).toEqual({ code: 2, tells: false });
  });
});
