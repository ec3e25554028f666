import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { renderFault } from "../../src/core/place.ts";
import { Workspace } from "../support/run-verb.ts";
import { sha256 } from "../support/test-service.ts";

const MINIMAL = {
  public_url: "https://postern.example.com",
  listen: { public: "127.0.0.1:8080" },
  store: "memory:",
  policies: ".",
  access: { team_domain: "https://acme.cloudflareaccess.com" },
};

async function load(extra: object) {
  using workspace = new Workspace();
  await workspace.write({ "postern.yaml": JSON.stringify({ ...MINIMAL, ...extra }) });
  const { config, faults } = await loadConfig(`${workspace.folder}/postern.yaml`, {});
  return { config, faults: faults.map((fault) => renderFault(fault).replace(/^\S+ +/, "")) };
}

const ISSUER = {
  issuer: "https://idp.example.com",
  jwks_url: "https://idp.example.com/keys",
  audience: ["a"],
};
const TOKEN = { client_id: "robot.access", secret_sha256: sha256("a") };

test("an issuer keeps the spelling of its name, and has claims of the usual names", async () => {
  const { config } = await load({ issuers: [ISSUER] });
  expect(config?.issuers).toEqual([
    {
      issuer: "https://idp.example.com",
      jwksUrl: "https://idp.example.com/keys",
      audience: ["a"],
      identityProvider: null,
      application: null,
      claims: { email: "email", groups: "groups", device: null },
    },
  ]);
});

test("a service token is known by the hashes of its secrets", async () => {
  const previous = { secret_sha256: sha256("b"), until: "2027-01-31T12:00:00+01:00" };
  const { config } = await load({ service_tokens: [{ ...TOKEN, previous }] });
  expect(config?.serviceTokens).toEqual([
    {
      clientId: "robot.access",
      place: expect.objectContaining({ line: 1 }),
      sha256: sha256("a"),
      previous: { sha256: sha256("b"), untilMs: Date.UTC(2027, 0, 31, 11) },
    },
  ]);
});

describe("what could be meant in two ways, or cannot be, is a fault:", () => {
  test.each([
    [
      "an issuer of an application and of people",
      { issuers: [{ ...ISSUER, application: "tools", identity_provider: "okta" }] },
      "tokens of an application name nobody; remove it, or identity_provider",
    ],
    [
      "an issuer over plain http",
      { issuers: [{ ...ISSUER, issuer: "http://idp.example.com" }] },
      "plain http is for this machine only",
    ],
    [
      "keys over plain http",
      { issuers: [{ ...ISSUER, jwks_url: "http://idp.example.com" }] },
      "plain http is for this machine only",
    ],
    ["an issuer for nobody", { issuers: [{ ...ISSUER, audience: [] }] }, "issuers[0].audience"],
    ["an issuer twice", { issuers: [ISSUER, ISSUER] }, "issuers[1].issuer: is there already"],
    [
      "Access as an issuer",
      { issuers: [{ ...ISSUER, issuer: MINIMAL.access.team_domain }] },
      "is Access itself",
    ],
    [
      "a service token twice",
      { service_tokens: [TOKEN, TOKEN] },
      "service_tokens[1].client_id: is there already",
    ],
    [
      "a secret in the clear",
      { service_tokens: [{ ...TOKEN, secret_sha256: "a-secret" }] },
      "expected the SHA-256 of the token",
    ],
    [
      "a day without a time",
      { service_tokens: [{ ...TOKEN, previous: { secret_sha256: sha256("b"), until: "2027-01-31" } }] },
      "expected a time such as",
    ],
    [
      "a month that is none",
      {
        service_tokens: [
          { ...TOKEN, previous: { secret_sha256: sha256("b"), until: "2027-13-31T12:00:00Z" } },
        ],
      },
      "expected a time such as",
    ],
    [
      "certificates behind Traefik",
      {
        proxies: [
          { kind: "traefik", listen: "127.0.0.1:1", peers: ["127.0.0.1"], client_certificates: true },
        ],
      },
      "proxies[0].client_certificates: Traefik forwards no",
    ],
    ["workers with a store of their own", { workers: 2 }, "store: memory: is one process's own"],
  ])("%s", async (_, extra, message) => {
    const { config, faults } = await load(extra);
    expect(config).toBeNull();
    expect(faults.join("\n")).toContain(message);
    expect(faults.join("\n")).not.toContain("a-secret");
  });
});
