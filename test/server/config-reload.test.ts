import { afterEach, describe, expect, test } from "bun:test";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { AS_SENT_BY, accessHeaderFor, outcomeOf } from "../proxy/rig.ts";
import { CERTS_DOWN } from "../support/played-access.ts";
import { type RawReply, sendRaw } from "../support/raw-http.ts";
import { ADMIN_TOKENS, sha256, TestService } from "../support/test-service.ts";
import { until } from "../support/until.ts";

let service: TestService;
afterEach(() => service.stop());

const AUDIENCE = "97e2aae1207e7c4a";
const policiesFor = (domain: string) => `
applications:
  - id: wiki
    name: wiki
    aud: ${AUDIENCE}
    domain: wiki.example.com
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: ${domain} } }] }
      - { name: Robots, decision: non_identity, include: [{ service_token: { token_id: robot } }] }
  - name: status
    domain: status.example.com
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
service_tokens: [{ id: robot, name: robot, client_id: robot.access }]
`;
const LETS_ADA_IN = policiesFor("example.com");
const NGINX = { kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] };
const SECTIONS = { proxies: [NGINX], login_url: "https://login.example.com/?back={url}" };

const start = (config: object = SECTIONS) => TestService.start(LETS_ADA_IN, { config });

async function ask(headers: readonly string[] = []): Promise<RawReply> {
  return sendRaw(service.urlOf("nginx"), AS_SENT_BY.nginx({ headers }));
}
const askAsAda = async () => ask([await accessHeaderFor()]);

interface Readiness {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

async function configurationCheck(): Promise<{
  readonly status: string;
  readonly detail: string | undefined;
}> {
  const { status, checks }: Readiness = JSON.parse((await service.admin("/readyz")).text);
  const failed = checks.find(({ name, ok }) => name === "configuration" && !ok);
  return { status, detail: failed?.detail };
}

/** Takes these sections up, under the listeners that are open. */
async function change(sections: object): Promise<void> {
  const before = service.urlOf("nginx");
  await service.writeConfig({ ...SECTIONS, ...sections });
  await service.reload();
  expect(await configurationCheck()).toMatchObject({ detail: undefined });
  expect(service.urlOf("nginx")).toBe(before);
}

describe("a configuration that was changed is taken up under the open listeners:", () => {
  test("where a login leads", async () => {
    service = await start();
    expect((await ask()).headers.get("location")).toStartWith("https://login.example.com/");
    await change({ login_url: "https://sso.example.com/?to={url}" });
    expect((await ask()).headers.get("location")).toStartWith("https://sso.example.com/");
  });

  test("secrets of service tokens", async () => {
    service = await start();
    const robot = ["CF-Access-Client-Id: robot.access", "CF-Access-Client-Secret: first"];
    expect(outcomeOf(await ask(robot))).toBe("401 credential_refused");
    await change({ service_tokens: [{ client_id: "robot.access", secret_sha256: sha256("first") }] });
    expect(outcomeOf(await ask(robot))).toBe("200");
    await change({ service_tokens: [{ client_id: "robot.access", secret_sha256: sha256("second") }] });
    expect(outcomeOf(await ask(robot))).toBe("401 credential_refused");
  });

  test("who may ask", async () => {
    service = await start();
    await change({ proxies: [{ ...NGINX, peers: ["192.0.2.1/32"] }] });
    expect(outcomeOf(await askAsAda())).toBe("403 untrusted_peer");
  });

  test("the team, so that tokens of another one count no more", async () => {
    service = await start();
    expect(outcomeOf(await askAsAda())).toBe("200");
    const access = { team_domain: "https://other.cloudflareaccess.com", certs_url: service.access.certsUrl };
    await change({ access });
    expect(outcomeOf(await askAsAda())).toBe("401 credential_refused");
  });

  test("where the policies are", async () => {
    service = await start();
    await writeFile(join(service.folder, "others.yaml"), policiesFor("example.org"));
    await change({ policies: "./others.yaml" });
    expect(outcomeOf(await askAsAda())).toBe("403 no_policy_matched");
    await writeFile(join(service.folder, "others.yaml"), LETS_ADA_IN);
    await until(async () => outcomeOf(await askAsAda()) === "200");
  });

  test("tokens of administrators", async () => {
    service = await start();
    expect((await service.admin("/v1/keys", { role: "viewer" })).status).toBe(200);
    const tokens = [{ name: "b", role: "operator", sha256: sha256(ADMIN_TOKENS.operator) }];
    await change({ admin: { tokens } });
    expect((await service.admin("/v1/keys", { role: "viewer" })).status).toBe(401);
    expect((await service.admin("/v1/keys", { role: "operator" })).status).toBe(200);
  });

  test("what the log shows", async () => {
    service = await start();
    await change({ log: { values: "used", redact: ["identity.email"] } });
    await askAsAda();
    expect(service.logged("decision").at(-1)?.facts).toContainEqual(
      expect.objectContaining({ name: "identity.email", redacted: true }),
    );
  });

  test("providers", async () => {
    const inventoryOf = (file: string) => ({
      providers: [
        {
          use: "inventory",
          config: {
            name: "laptops",
            file,
            key: { column: "laptop", is: "device.id" },
            attributes: { "laptops.in_good_order": { type: "boolean", column: "in_good_order" } },
          },
        },
      ],
    });
    service = await start();
    const providers = async () => (await service.admin("/readyz")).text.match(/provider [\w-]+/g);
    expect(await providers()).toBeNull();
    await writeFile(join(service.folder, "laptops.csv"), "laptop,in_good_order\na,true\n");
    await change(inventoryOf("./laptops.csv"));
    expect(await providers()).toEqual(["provider laptops"]);
    expect((await service.admin("/metrics")).text).toContain('provider_answering{provider="laptops"} 1');
    await change({});
    expect(await providers()).toBeNull();
  });

  test("by itself, when the file changes", async () => {
    service = await start();
    await service.writeConfig({ ...SECTIONS, login_url: "https://sso.example.com/?to={url}" });
    await until(async () => (await ask()).headers.get("location")?.startsWith("https://sso.") === true);
  });

  test("by itself, when a file changes that a secret is in", async () => {
    service = await start();
    const secret = join(service.folder, "hash");
    await writeFile(secret, sha256("first"));
    await change({ service_tokens: [{ client_id: "robot.access", secret_sha256: `\${file:${secret}}` }] });
    await writeFile(secret, sha256("second"));
    const robot = ["CF-Access-Client-Id: robot.access", "CF-Access-Client-Secret: second"];
    await until(async () => outcomeOf(await ask(robot)) === "200");
  });

  test("and what was fetched of Access stays, whatever has become of Access meanwhile", async () => {
    service = await start();
    expect(outcomeOf(await askAsAda())).toBe("200");
    service.access.respond = CERTS_DOWN;
    await change({ login_url: "https://sso.example.com/?to={url}" });
    expect(outcomeOf(await askAsAda())).toBe("200");
  });
});

test("a service token that has gone from the policies opens nothing, though its secret is still configured", async () => {
  const anyRobot = `
applications:
  - name: wiki
    domain: wiki.example.com
    policies: [{ name: Robots, decision: non_identity, include: [{ any_valid_service_token: {} }] }]
`;
  const tokens = "service_tokens: [{ id: robot, name: robot, client_id: robot.access }]";
  const secrets = [{ client_id: "robot.access", secret_sha256: sha256("first") }];
  service = await TestService.start(`${anyRobot}${tokens}`, {
    config: { ...SECTIONS, service_tokens: secrets },
  });
  const robot = ["CF-Access-Client-Id: robot.access", "CF-Access-Client-Secret: first"];
  expect(outcomeOf(await ask(robot))).toBe("200");
  await service.writePolicies(anyRobot);
  await service.reload();
  expect(outcomeOf(await ask(robot))).toBe("401 credential_refused");
});

describe("a configuration that is", () => {
  test.each([
    ["no YAML", "public_url: [}"],
    ["cut short", '{"public_url": "https://postern.exam'],
    ["empty", ""],
  ])("%s changes nothing but what is reported", async (_, text) => {
    service = await start();
    await service.writeConfigText(text);
    await service.reload();
    await expectRefused(
      /^.*postern\.yaml:\d/,
      "the configuration is faulty; what was loaded before keeps serving",
    );
  });

  test.each([
    ["names policies that are not there", { policies: "./nowhere.yaml" }, /nowhere\.yaml/],
    ["names a plugin that is not there", { providers: [{ use: "nowhere" }] }, /no plugin of that name/],
    ["has an unknown key", { listn: {} }, /unknown key/],
    [
      "names a rule that the policies lack",
      { posture_scores: [{ name: "s", healthy: "high", rules: [{ rule: "r", weight: 1 }], audience: "a" }] },
      /no posture rule/,
    ],
    [
      "names an application that the policies lack",
      {
        issuers: [
          {
            issuer: "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/x",
            jwks_url: "http://127.0.0.1:1/keys",
            audience: ["x"],
            application: "wikki",
          },
        ],
      },
      /postern\.yaml:1:\d+ {2}there is no application of this name or id; did you mean "wiki"\?/,
    ],
  ])("faulty because it %s changes nothing but what is reported", async (_, sections, detail) => {
    service = await start();
    await service.writeConfig({ ...SECTIONS, login_url: "https://evil.example.com/?to={url}", ...sections });
    await service.reload();
    await expectRefused(detail, "the configuration is faulty; what was loaded before keeps serving");
    expect((await ask()).headers.get("location")).toStartWith("https://login.example.com/");
  });

  const HELD_OPEN: readonly (readonly [string, object])[] = [
    ["listen.public", { listen: { public: "127.0.0.1:1", admin: "127.0.0.1:0" } }],
    ["listen.admin", { listen: { public: "127.0.0.1:0" } }],
    ["proxies (kind and listen)", { proxies: [] }],
    ["proxies (kind and listen)", { proxies: [{ ...NGINX, kind: "caddy" }] }],
    ["store", { store: "sqlite:./other.db" }],
    ["keys", { keys: { directory: "./others" } }],
    ["keys", { keys: { rotate_every: "30d" } }],
    ["verdict.algorithm", { verdict: { algorithm: "RS256" } }],
    ["evaluate.max_concurrent_signatures", { evaluate: { max_concurrent_signatures: 2 } }],
  ];

  test.each(HELD_OPEN)("another one in %s is named, and waits for a restart", async (setting, sections) => {
    service = await start();
    await service.writeConfig({ ...SECTIONS, login_url: "https://evil.example.com/?to={url}", ...sections });
    await service.reload();
    const line = "the configuration needs a restart; what was loaded before keeps serving";
    await expectRefused(new RegExp(`^only a restart changes .*${RegExp.escape(setting)}`), line);
    expect(service.logged(line).at(-1)?.settings).toContain(setting);
    expect((await ask()).headers.get("location")).toStartWith("https://login.example.com/");
  });

  // A gate that loses what it was configured by must not open (ingress-nginx CVE-2026-24513, Traefik CVE-2026-54762).
  test("without a file that it names changes nothing, and the secret in it counts as before", async () => {
    service = await start();
    const secret = join(service.folder, "hash");
    await writeFile(secret, sha256("first"));
    const tokens = [{ client_id: "robot.access", secret_sha256: `\${file:${secret}}` }];
    await change({ service_tokens: tokens });
    await rm(secret);
    await service.reload();
    await expectRefused(
      /service_tokens\[0\]/,
      "the configuration is faulty; what was loaded before keeps serving",
    );
    const robot = (word: string) => ["CF-Access-Client-Id: robot.access", `CF-Access-Client-Secret: ${word}`];
    expect(outcomeOf(await ask(robot("first")))).toBe("200");
    expect(outcomeOf(await ask(robot("")))).toBe("401 credential_refused");
  });

  test("mended is taken up, and nothing is complained of any more", async () => {
    service = await start();
    await service.writeConfigText("public_url: [}");
    await service.reload();
    await service.writeConfig(SECTIONS);
    await service.reload();
    expect(await configurationCheck()).toMatchObject({ detail: undefined });
    expect((await service.admin("/metrics")).text).toContain("config_last_reload_successful 1");
  });

  test("faulty keeps no policy from being taken up", async () => {
    service = await start();
    await service.writeConfigText("public_url: [}");
    await service.writePolicies(policiesFor("example.org"));
    await service.reload();
    expect(outcomeOf(await askAsAda())).toBe("403 no_policy_matched");
  });

  async function expectRefused(detail: RegExp, line: string): Promise<void> {
    expect(outcomeOf(await askAsAda())).toBe("200");
    const check = await configurationCheck();
    expect(check.detail).toMatch(detail);
    expect(check.status).toBe("degraded");
    expect(service.logged(line).length).toBeGreaterThan(0);
    const { text } = await service.admin("/metrics");
    expect(text).toContain("config_last_reload_successful 0");
    expect(text).toMatch(/config_reloads_total\{result="failed"\} [1-9]/);
  }
});

test("under load, no request is lost or judged by half a configuration", async () => {
  service = await start();
  await writeFile(join(service.folder, "a.yaml"), LETS_ADA_IN);
  await writeFile(
    join(service.folder, "b.yaml"),
    `${LETS_ADA_IN}lists: [{ name: another, type: EMAIL, items: [] }]\n`,
  );
  const configOf = (name: "a" | "b") => ({
    public_url: `https://${name}.example.com`,
    policies: `./${name}.yaml`,
    login_url: `https://login-${name}.example.com/?back={url}`,
  });
  const revisions = new Map<unknown, unknown>();
  for (const name of ["a", "b"] as const) {
    await change(configOf(name));
    revisions.set(`https://${name}.example.com`, await service.revision());
  }
  expect(new Set(revisions.values()).size).toBe(2);
  let changing = true;
  let asked = 0;
  async function load(): Promise<void> {
    while (changing) {
      const reply = await sendRaw(service.urlOf("nginx"), AS_SENT_BY.nginx({ host: "status.example.com" }));
      expect(outcomeOf(reply)).toBe("200");
      const { iss, rev } = decodeJwt(reply.headers.get("x-postern-verdict") ?? "");
      expect(rev).toBe(revisions.get(iss));
      asked++;
    }
  }
  const loads = Promise.all(Array.from({ length: 4 }, load));
  for (let round = 0; round < 6; round++) {
    if (round % 3 === 2) {
      await service.writeConfigText("public_url: [}");
      await service.reload();
    }
    await change(configOf(round % 2 === 0 ? "a" : "b"));
  }
  changing = false;
  await loads;
  expect(asked).toBeGreaterThan(20);
});
