import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { edgeKey, NOW, signTexts } from "../token/access-team.ts";
import { accessTokenFor, outcomeOf, ProxyRig } from "./rig.ts";

const POLICIES = `
applications:
  - name: wiki
    id: wiki
    aud: 97e2aae1207e7c4a
    domain: wiki.example.com
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
  - { id: tools, name: tools, type: saas, policies: [{ name: Staff, decision: allow, include: [{ everyone: {} }] }] }
  - name: behind-wiki
    domain: behind-wiki.example.com
    policies:
      - { name: Wiki, decision: service_auth, include: [{ linked_app_token: { app_uid: wiki } }] }
  - name: behind-tools
    aud: aud-of-behind-tools
    domain: behind-tools.example.com
    policies:
      - { name: Tools, decision: service_auth, include: [{ linked_app_token: { app_uid: tools } }] }
  - name: status
    domain: status.example.com
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
`;

/** What Access itself issues for the SaaS application `tools`. */
const SSO = "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/tools-client";

let rig: ProxyRig;
let sso: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  sso = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ keys: [edgeKey.jwk] }) });
  const jwks_url = `http://127.0.0.1:${sso.port}/keys`;
  const issuers = [{ issuer: SSO, jwks_url, audience: ["tools-client"], application: "tools" }];
  rig = await ProxyRig.start(POLICIES, { config: { issuers } });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await sso.stop(true);
});

const ask = async (host: string, headers: readonly string[]) =>
  outcomeOf(await rig.ask("nginx", { host: `${host}.example.com`, headers }));

test("a linked-app token of an application that says no duration counts for 24 hours, as its session does", async () => {
  const token = `Cf-Access-Token: ${await accessTokenFor({ exp: NOW / 1_000 + 30 * 86_400 })}`;
  expect(await ask("behind-wiki", [token])).toBe("200");
  rig.service.now = NOW + 86_400_000 - 1;
  expect(await ask("behind-wiki", [token])).toBe("200");
  rig.service.now = NOW + 86_400_000;
  expect(await ask("behind-wiki", [token])).toBe("403 undecided");
  rig.service.now = NOW;
});

describe("a linked-app token of a SaaS application, which comes as a bearer token,", () => {
  const bearer = async (claims: Record<string, unknown> = {}) => {
    const now = NOW / 1_000;
    const all = { iss: SSO, aud: "tools-client", sub: "u-6", iat: now, exp: now + 300, ...claims };
    const header = JSON.stringify({ alg: "RS256", kid: edgeKey.kid, typ: "JWT" });
    return `Authorization: Bearer ${await signTexts(header, JSON.stringify(all))}`;
  };

  test("opens what is linked to its application, and nothing else", async () => {
    expect(await ask("behind-tools", [await bearer()])).toBe("200");
    expect(await ask("behind-wiki", [await bearer()])).toBe("403 no_policy_matched");
  });

  test("names nobody", async () => {
    const token = await bearer({ email: "ada@example.com" });
    expect(await ask("wiki", [token])).toBe("401 login_required");
    const reply = await rig.ask("nginx", { host: "behind-tools.example.com", headers: [token] });
    expect(reply.headers.get("x-postern-user")).toBe("-");
  });

  test.each([
    ["of another audience", { aud: "others-client" }],
    ["that has expired", { exp: NOW / 1_000 - 1 }],
    ["that does not say when it was issued", { iat: undefined }],
  ])("%s is told 401", async (_, claims) => {
    expect(await ask("behind-tools", [await bearer(claims)])).toBe("401 credential_refused");
  });

  test("of another SaaS application belongs to whatever is behind", async () => {
    const token = await bearer({ iss: SSO.replace("tools", "others") });
    expect(await ask("behind-tools", [token])).toBe("403 no_policy_matched");
    expect(await ask("status", [token])).toBe("200");
  });

  test("is not told from one that comes beside it in the header of Access", async () => {
    const both = [await bearer(), `Cf-Access-Token: ${await accessTokenFor()}`];
    for (const host of ["behind-tools", "behind-wiki"]) expect(await ask(host, both)).toBe("403 undecided");
  });

  test("ends with the login of its person", async () => {
    const token = await bearer({ sub: "u-7" });
    expect(await ask("behind-tools", [token])).toBe("200");
    const body = JSON.stringify({ kind: "user", id: "u-7" });
    await rig.service.admin("/v1/sessions/revoke", { role: "operator", method: "POST", body });
    expect(await ask("behind-tools", [token])).toMatch(/^40[13] /);
  });
});
