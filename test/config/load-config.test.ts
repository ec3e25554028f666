// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expanded by what is tested
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TSchema, Type } from "@sinclair/typebox";
import { checkSchema } from "../../src/config/check-schema.ts";
import type { Config } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { PosternFileSchema } from "../../src/config/postern-schema.ts";
import { renderFault } from "../../src/core/place.ts";

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-config-"));
  path = join(folder, "postern.yaml");
});

afterAll(() => rm(folder, { recursive: true }));

const ENV = { POSTERN_KEY_PASSPHRASE: "correct horse battery staple" };

async function load(text: string, env: Record<string, string> = ENV) {
  await writeFile(path, text);
  return loadConfig(path, env);
}

/** Faults without the folder, which is another one every time. */
async function faultsOf(text: string, env: Record<string, string> = ENV): Promise<readonly string[]> {
  const { config, faults } = await load(text, env);
  expect(config === null).toBe(faults.length > 0);
  return faults.map((fault) => renderFault(fault).slice(folder.length + 1));
}

async function configOf(text: string): Promise<Config> {
  const { config, faults } = await load(text);
  expect(faults).toEqual([]);
  if (config === null) throw new Error("no faults, and no configuration");
  return config;
}

const LEAST = `public_url: https://postern.example.com
store: "memory:"
policies: ./policies
listen: { public: "127.0.0.1:8080" }
`;

const HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const WHOLE = `public_url: https://postern.example.com
listen:
  public: 127.0.0.1:8080
  admin:  127.0.0.1:8082
proxies:
  - { kind: nginx, listen: 127.0.0.1:8081, peers: [127.0.0.1/32], skip_hops: [10.0.0.0/24] }
  - { kind: caddy, listen: "unix:/run/postern/caddy.sock" }
store: sqlite:./postern.db
access:
  team_domain: https://acme.cloudflareaccess.com
  certs_url: http://127.0.0.1:9000/certs
policies: ./policies
providers:
  - { use: geoip, config: { database: ./country.mmdb } }
  - { use: ./plugins/fleet.ts, interval: 10m, expires: 20m, timeout: 5s, concurrency: 4, batch: 100 }
keys: { directory: ./keys, rotate_every: 30d, retire_after: 3d, passphrase: "\${POSTERN_KEY_PASSPHRASE}" }
verdict: { ttl: 30s, algorithm: RS256, bind: request }
evaluate: { deadline: 2s, audience: [abc], max_token_lifetime: 1h, max_concurrent_signatures: 8 }
login_url: https://login.example.com/?back={url}
admin: { tokens: [ { name: ops, role: operator, sha256: ${HASH.toUpperCase()} } ] }
log: { values: none, redact: [identity.email, own.badge] }
`;

describe("a whole configuration", () => {
  test("is read, its texts parsed and its paths made absolute", async () => {
    const config = await configOf(WHOLE);
    expect(config).toMatchObject({
      publicUrl: "https://postern.example.com",
      listen: {
        public: { kind: "tcp", host: "127.0.0.1", port: 8080 },
        admin: { kind: "tcp", host: "127.0.0.1", port: 8082 },
      },
      proxies: [
        {
          kind: "nginx",
          listen: { kind: "tcp", host: "127.0.0.1", port: 8081 },
          peers: [{ text: "127.0.0.1/32" }],
          skipHops: [{ text: "10.0.0.0/24" }],
        },
        { kind: "caddy", listen: { kind: "unix", path: "/run/postern/caddy.sock" }, peers: [], skipHops: [] },
      ],
      store: `sqlite:${folder}/postern.db`,
      access: { teamDomain: "https://acme.cloudflareaccess.com", certsUrl: "http://127.0.0.1:9000/certs" },
      policies: `${folder}/policies`,
      keys: {
        directory: `${folder}/keys`,
        rotateEveryMs: 30 * 86_400_000,
        retireAfterMs: 3 * 86_400_000,
        passphrase: ENV.POSTERN_KEY_PASSPHRASE,
      },
      verdict: { ttlMs: 30_000, algorithm: "RS256", bind: "request" },
      evaluate: {
        deadlineMs: 2_000,
        audience: ["abc"],
        maxTokenLifetimeMs: 3_600_000,
        maxConcurrentSignatures: 8,
      },
      loginUrl: "https://login.example.com/?back={url}",
      admin: { tokens: [{ name: "ops", role: "operator", sha256: HASH }] },
      log: { values: "none", redact: ["identity.email", "own.badge"] },
      warnings: [],
    });
    expect(config.providers[0]).toMatchObject({ use: "geoip", intervalMs: null, batch: null });
    expect(config.providers[1]).toMatchObject({
      use: `${folder}/plugins/fleet.ts`,
      intervalMs: 600_000,
      expiresMs: 1_200_000,
      timeoutMs: 5_000,
      concurrency: 4,
      batch: 100,
    });
  });

  test("is frozen through and through", async () => {
    const config = await configOf(WHOLE);
    const isFrozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen));
    expect(isFrozen(config)).toBe(true);
  });

  test("leaves a plugin's options to the plugin, with their places", async () => {
    const [geoip, fleet] = (await configOf(WHOLE)).providers;
    if (!geoip || !fleet) throw new Error("no providers");
    const Options = Type.Object({ database: Type.Number() }, { additionalProperties: false });
    expect(checkSchema(Options, geoip.options).faults.map(renderFault)).toEqual([
      `${path}:14:39  database: expected a number, found text`,
    ]);
    expect(checkSchema(Options, fleet.options).faults.map(renderFault)).toEqual([
      `${path}:15:5  the key "database" is missing`,
    ]);
    expect(checkSchema(Type.Object({}), fleet.options).faults).toEqual([]);
    expect(fleet.place).toEqual({ file: path, line: 15, column: 12 });
  });

  test("names the files it was read from", async () => {
    await writeFile(join(folder, "secret"), "s3cret\n");
    const { config, files } = await load(`${LEAST}keys: { passphrase: "\${file:${folder}/secret}" }`);
    expect(config?.keys.passphrase).toBe("s3cret");
    expect(files).toEqual([path, `${folder}/secret`]);
  });
});

test("what is left out is the default, and what is not configured is not opened", async () => {
  expect(await configOf(LEAST)).toMatchObject({
    listen: { public: { port: 8080 }, admin: null },
    proxies: [],
    store: "memory:",
    access: null,
    providers: [],
    keys: {
      directory: `${folder}/keys`,
      rotateEveryMs: 42 * 86_400_000,
      retireAfterMs: 7 * 86_400_000,
      passphrase: null,
    },
    verdict: { ttlMs: 60_000, algorithm: "ES256", bind: "application" },
    evaluate: {
      deadlineMs: 1_000,
      audience: [],
      maxTokenLifetimeMs: 86_400_000,
      maxConcurrentSignatures: 64,
    },
    loginUrl: null,
    admin: { tokens: [] },
    log: { values: "used", redact: [] },
  });
});

test("the defaults that editors show are the defaults that count", async () => {
  const shown: Record<string, Record<string, unknown>> = {};
  const sections: Record<string, TSchema> = PosternFileSchema.properties;
  for (const [section, { properties = {} }] of Object.entries(sections)) {
    for (const [key, schema] of Object.entries<TSchema>(properties)) {
      if (schema.default !== undefined) shown[section] = { ...shown[section], [key]: schema.default };
    }
  }
  expect(Object.keys(shown)).toEqual(["keys", "verdict", "evaluate"]);
  const { warnings, revision, ...implied } = await configOf(LEAST);
  const explicit =
    await configOf(`${JSON.stringify({ ...shown, public_url: "https://postern.example.com" }).slice(0, -1)},
    store: "memory:", policies: ./policies, listen: { public: "127.0.0.1:8080" } }`);
  expect(explicit).toMatchObject(implied);
});

test("the certificates' default is the team domain's", async () => {
  const { access } = await configOf(`${LEAST}access: { team_domain: https://acme.cloudflareaccess.com/ }`);
  expect(access?.certsUrl).toBe("https://acme.cloudflareaccess.com/cdn-cgi/access/certs");
});

const ACCESS = "access: { team_domain: https://acme.cloudflareaccess.com }\n";

test("a missing passphrase is a warning", async () => {
  const none = await configOf(LEAST + ACCESS);
  expect(none.warnings.map(renderFault)).toEqual([
    `${path}:1:1  keys: no passphrase is set, so that private keys are kept unencrypted; give one, such as \${POSTERN_KEY_PASSPHRASE}`,
  ]);
  const keys = await configOf(`${LEAST}${ACCESS}keys: { directory: ./keys }`);
  expect(keys.warnings.map(({ place }) => `${place.line}:${place.column}`)).toEqual(["6:7"]);
});

test("a listener that could answer nobody, or log nobody in, is a warning", async () => {
  const secret = "keys: { passphrase: a-long-passphrase }\n";
  const idle = await configOf(LEAST + secret);
  expect(idle.warnings.map(renderFault)).toEqual([
    `${path}:4:19  listen.public: nothing would be answered there, so it is not opened; give access, or posture_scores`,
  ]);
  const proxies = "proxies: [{ kind: nginx, listen: 127.0.0.1:8081, peers: [127.0.0.1/32] }]\n";
  const nobody = await configOf(LEAST + secret + proxies);
  expect(nobody.warnings.map(({ message }) => message)).toEqual([
    "proxies: nobody could be logged in, so that only Bypass and Service Auth let anyone in; give access, or issuers",
  ]);
  expect((await configOf(LEAST + secret + proxies + ACCESS)).warnings).toEqual([]);
});

test("every fault is found at once", async () => {
  const text = `public_url: http://postern.example.com
listn: {}
listen:
  public: 127.0.0.1
proxies:
  - { kind: ngnix, listen: 127.0.0.1:8081, peers: [0.0.0.0/0, 10.0.0.300], skip_hops: ["::ffff:0:0/96"] }
  - { kind: nginx, listen: 127.0.0.1:8083, peers: [] }
store: mysql://root:s3cret@db
access:
  team_domain: https://acme.cloudflareaccess.com/x
policies: 7
providers:
  - { use: geoip, interval: 60, expires: 0s, concurrency: 0 }
keys: { rotate_every: 1h, passphrase: "\${NOPE}" }
verdict: { ttl: 60 seconds, algorithm: HS256, bind: reqest }
login_url: https://{url}/
admin: { tokens: [ { name: the ops, role: admin, sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 } ] }
log: { values: all, redact: [identity.emial, email] }
evaluate: { deadline: 10s }
`;
  expect(await faultsOf(text)).toEqual([
    "postern.yaml:1:13  public_url: plain http is for this machine only (localhost, 127.0.0.1, [::1]); use https",
    'postern.yaml:2:1  unknown key "listn"; did you mean "listen"?',
    "postern.yaml:4:11  listen.public: expected an address to listen on, such as 127.0.0.1:8080, [::1]:8080 or unix:/run/postern.sock",
    'postern.yaml:6:13  proxies[0].kind: expected one of "nginx", "caddy", "traefik", "haproxy", "envoy-http", "envoy-grpc", found "ngnix"; did you mean "nginx"?',
    "postern.yaml:6:52  proxies[0].peers[0]: a /0 trusts everybody; name the proxy's own addresses",
    "postern.yaml:6:63  proxies[0].peers[1]: expected an address or a range, such as 10.0.0.7 or 10.0.0.0/24",
    "postern.yaml:6:88  proxies[0].skip_hops[0]: a /0 trusts everybody; name the proxy's own addresses",
    "postern.yaml:7:51  proxies[1].peers: the list is empty; it needs an entry",
    "postern.yaml:8:8  store: expected sqlite:PATH, memory:, or a redis://, rediss://, redis+cluster:// or redis+sentinel:// address",
    "postern.yaml:10:16  access.team_domain: only scheme, host and port belong here; remove the path",
    "postern.yaml:11:11  policies: expected a path, found the number 7",
    "postern.yaml:13:29  providers[0].interval: expected a duration from 1s to 30d, found the number 60",
    "postern.yaml:13:42  providers[0].expires: expected a duration from 1s to 365d",
    "postern.yaml:13:59  providers[0].concurrency: expected at least 1",
    "postern.yaml:14:23  keys.rotate_every: expected a duration from 2d to 365d",
    "postern.yaml:14:39  keys.passphrase: the environment variable NOPE is not set",
    "postern.yaml:15:17  verdict.ttl: expected a duration from 10s to 1h",
    'postern.yaml:15:40  verdict.algorithm: expected one of "ES256", "RS256", found "HS256"; did you mean "ES256"?',
    'postern.yaml:15:53  verdict.bind: expected one of "application", "request", found "reqest"; did you mean "request"?',
    "postern.yaml:16:12  login_url: {url} belongs in the query, after the ?",
    "postern.yaml:17:28  admin.tokens[0].name: expected a name of letters, digits and . _ -",
    'postern.yaml:17:43  admin.tokens[0].role: expected one of "viewer", "operator", found "admin"',
    "postern.yaml:17:58  admin.tokens[0].sha256: the hash of an empty token; hash the token itself",
    'postern.yaml:18:16  log.values: expected one of "used", "none", found "all"',
    'postern.yaml:18:30  log.redact[0]: no such attribute; did you mean "identity.email"?',
    "postern.yaml:18:46  log.redact[1]: expected an attribute such as identity.email",
    "postern.yaml:19:23  evaluate.deadline: expected a duration from 150ms to 3s",
  ]);
});

describe("what is wrong only beside something else", () => {
  const token = (name: string, hash: string) => `{ name: ${name}, role: viewer, sha256: ${hash} }`;
  const other = HASH.replaceAll("9", "8");
  const cases: readonly (readonly [title: string, text: string, fault: string])[] = [
    [
      "admin on the public listener",
      `${LEAST.replace(" }", ', admin: "127.0.0.1:8080" }')}`,
      "postern.yaml:4:44  listen.admin: listen.public listens there already; choose another port",
    ],
    [
      "a proxy on the wildcard address of another listener's port",
      `${LEAST}proxies: [{ kind: nginx, listen: "0.0.0.0:8080", peers: [127.0.0.1] }]`,
      "postern.yaml:5:34  proxies[0].listen: listen.public listens there already; choose another port",
    ],
    [
      "two proxies on one socket",
      `${LEAST}proxies:\n  - { kind: nginx, listen: "unix:/x" }\n  - { kind: caddy, listen: "unix:/x" }`,
      "postern.yaml:7:28  proxies[1].listen: proxies[0].listen listens there already; choose another port",
    ],
    [
      "no listener at all",
      LEAST.replace(/listen: .*/, ""),
      "postern.yaml:1:1  nothing would listen; give listen.public, or an entry under proxies",
    ],
    [
      "a proxy that anybody may play",
      `${LEAST}proxies: [{ kind: nginx, listen: "127.0.0.1:8081" }]`,
      'postern.yaml:5:11  proxies[0]: the key "peers" is missing; give the addresses of the proxy',
    ],
    [
      "peers on a Unix socket",
      `${LEAST}proxies: [{ kind: nginx, listen: "unix:/x", peers: [127.0.0.1] }]`,
      "postern.yaml:5:52  proxies[0].peers: a Unix socket shows no address; remove peers, and let the socket's folder decide who may ask",
    ],
    [
      "two tokens of one name",
      `${LEAST}admin: { tokens: [ ${token("ops", HASH)}, ${token("ops", other)} ] }`,
      "postern.yaml:5:131  admin.tokens[1].name: another token has this name; rename one",
    ],
    [
      "two tokens of one hash",
      `${LEAST}admin: { tokens: [ ${token("a", HASH)}, ${token("b", HASH.toUpperCase())} ] }`,
      "postern.yaml:5:154  admin.tokens[1].sha256: another token has this hash; make a new one",
    ],
    [
      "keys that outlive their successors",
      `${LEAST}keys: { rotate_every: 2d, retire_after: 7d }`,
      "postern.yaml:5:41  keys.retire_after: is longer than rotate_every, so that old keys would pile up; shorten it",
    ],
    [
      "facts that expire before they are asked for again",
      `${LEAST}providers: [{ use: fleet, interval: 10m, expires: 5m }]`,
      "postern.yaml:5:51  providers[0].expires: is not longer than interval, so that facts would be unknown between polls; twice the interval is usual",
    ],
  ];
  test.each(cases)("%s", async (_, text, fault) => {
    expect(await faultsOf(text)).toEqual([fault]);
  });
});

describe("secrets", () => {
  test("never appear in a fault, whatever key they were put under", async () => {
    const keys = [
      "public_url: X",
      "listen: { public: X }",
      "proxies: [{ kind: X, listen: X, peers: [X], skip_hops: X }]",
      "store: X",
      "access: { team_domain: X, certs_url: X }",
      "providers: [{ use: [X], config: X, interval: X, concurrency: X }]",
      "keys: { rotate_every: X, passphrase: [X] }",
      "verdict: { ttl: X, algorithm: X, bind: X }",
      "evaluate: { audience: X, max_concurrent_signatures: X }",
      "login_url: X",
      "admin: { tokens: [{ name: [X], role: X, sha256: X }] }",
      "log: { values: X, redact: [X] }",
    ];
    const faults = await faultsOf(keys.join("\n").replaceAll("X", '"${SECRET}"'), { SECRET: "hunter2" });
    expect(faults.length).toBeGreaterThan(20);
    expect(faults.join("\n")).not.toContain("hunter2");
  });

  test("a number for a passphrase is not shown either", async () => {
    expect(await faultsOf(`${LEAST}keys: { passphrase: 12345 }`)).toEqual([
      "postern.yaml:5:21  keys.passphrase: expected text, found a number",
    ]);
  });
});

describe("a file that cannot be read", () => {
  test.each([
    ["nope.yaml", "the file cannot be read: there is no such file"],
    ["", "the file cannot be read: it is a folder; name a file in it"],
  ])("%j", async (name, message) => {
    const { config, faults } = await loadConfig(join(folder, name), {});
    expect(config).toBeNull();
    expect(faults.map(renderFault)).toEqual([`${join(folder, name)}  ${message}`]);
  });

  test("text that is not UTF-8", async () => {
    await writeFile(path, new Uint8Array([0x61, 0x3a, 0xff]));
    const { faults } = await loadConfig(path, {});
    expect(faults.map(renderFault)).toEqual([`${path}  the file cannot be read: it is not UTF-8 text`]);
  });

  test("a byte order mark is complained of, and nothing else is", async () => {
    expect(await faultsOf(`\uFEFF${LEAST}`)).toEqual([
      "postern.yaml:1:1  the file starts with a byte order mark; save it without",
    ]);
  });
});
