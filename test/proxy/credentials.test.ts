import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CERTS_DOWN } from "../support/played-access.ts";
import { sha256 } from "../support/test-service.ts";
import { edgeKey, ISSUER, NOW, signTexts } from "../token/access-team.ts";
import { AUDIENCE_OF_WIKI, accessHeaderFor, accessTokenFor, outcomeOf, ProxyRig } from "./rig.ts";

const POLICIES = `
identity_providers:
  - { id: okta, name: Okta, type: okta }
service_tokens:
  - { id: robot, name: Robot, client_id: robot.access }
  - { id: crane, name: Crane, client_id: crane.access }
applications:
  - id: wiki
    name: wiki
    aud: ${AUDIENCE_OF_WIKI}
    domain: wiki.example.com
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
  - id: build
    name: build
    aud: aud-of-build
    domain: build.example.com
    read_service_tokens_from_header: Authorization
    policies:
      - { name: Robots, decision: service_auth, include: [{ service_token: { token_id: robot } }] }
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
  - name: strict
    domain: strict.example.com
    service_auth_401_redirect: true
    policies:
      - { name: Robots, decision: service_auth, include: [{ service_token: { token_id: robot } }] }
  - name: depot
    aud: aud-of-depot
    domain: depot.example.com
    policies:
      - { name: Any robot, decision: service_auth, include: [{ any_valid_service_token: {} }] }
  - name: linked
    domain: linked.example.com
    policies:
      - { name: Wiki, decision: service_auth, include: [{ linked_app_token: { app_uid: wiki } }] }
  - name: group
    domain: group.example.com
    policies:
      - { name: Engineers, decision: allow, include: [{ okta: { name: engineers, identity_provider_id: okta } }] }
  - name: cors
    aud: aud-of-cors
    domain: cors.example.com
    options_preflight_bypass: true
    policies:
      - { name: Staff, decision: allow, include: [{ email_domain: { domain: example.com } }] }
  - name: status
    aud: aud-of-status
    domain: status.example.com
    policies:
      - { name: Anybody, decision: bypass, include: [{ everyone: {} }] }
`;

const IDP = "https://idp.example.com/oauth2";

let rig: ProxyRig;
let ada: string;
let idp: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  idp = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ keys: [edgeKey.jwk] }) });
  const config = {
    issuers: [
      {
        issuer: IDP,
        jwks_url: `http://127.0.0.1:${idp.port}/keys`,
        audience: ["postern"],
        identity_provider: "okta",
        claims: { device: "device_id" },
      },
    ],
    service_tokens: [
      {
        client_id: "robot.access",
        secret_sha256: sha256("new-secret"),
        previous: {
          secret_sha256: sha256("old-secret"),
          until: new Date(NOW + 3_600_000).toISOString().replace(".000", ""),
        },
      },
      { client_id: "crane.access", secret_sha256: sha256("crane-secret") },
    ],
  };
  rig = await ProxyRig.start(POLICIES, { config });
  ada = await accessHeaderFor();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await idp.stop(true);
});

/** What the applications answer requests with these headers. */
const ask = async (host: string, headers: readonly string[]) =>
  outcomeOf(await rig.ask("nginx", { host: `${host}.example.com`, headers }));

const pair = (id: string, secret: string) => [
  `CF-Access-Client-Id: ${id}`,
  `CF-Access-Client-Secret: ${secret}`,
];
const json = (id: string, secret: string) =>
  `Authorization: ${JSON.stringify({ "cf-access-client-id": id, "cf-access-client-secret": secret })}`;

describe("a service token", () => {
  test("opens what a Service Auth policy allows it, in either form", async () => {
    expect(await ask("build", pair("robot.access", "new-secret"))).toBe("200");
    expect(await ask("build", [json("robot.access", "new-secret")])).toBe("200");
    const reply = await rig.ask("nginx", {
      host: "build.example.com",
      headers: pair("robot.access", "new-secret"),
    });
    expect([reply.headers.get("x-postern-user"), reply.headers.get("x-postern-subject")]).toEqual([
      "-",
      "robot.access",
    ]);
    expect(await rig.verdictOf(reply)).toMatchObject({ sub: "robot.access", effect: "non_identity" });
  });

  test("is told 403 where it is good and not allowed, whatever a login could do", async () => {
    expect(await ask("build", pair("crane.access", "crane-secret"))).toBe("403 undecided");
    expect(await ask("wiki", pair("robot.access", "new-secret"))).toBe("403 undecided");
  });

  test("is told 401 there, too, where the application wants it", async () => {
    expect(await ask("strict", pair("crane.access", "crane-secret"))).toBe("401 no_policy_matched");
    expect(await ask("strict", [])).toBe("401 no_policy_matched");
  });

  test.each([
    ["an unknown id", pair("nobody.access", "new-secret")],
    ["another's secret", pair("robot.access", "crane-secret")],
    ["a wrong secret", pair("robot.access", "new-secres")],
    ["no secret", ["CF-Access-Client-Id: robot.access"]],
    ["no id", ["CF-Access-Client-Secret: new-secret"]],
    ["an empty secret", pair("robot.access", "")],
    ["both forms at once", [...pair("robot.access", "new-secret"), json("robot.access", "new-secret")]],
    [
      "JSON that says something twice",
      [
        'Authorization: {"cf-access-client-id":"robot.access","cf-access-client-id":"robot.access","cf-access-client-secret":"new-secret"}',
      ],
    ],
    ["half of the JSON", ['Authorization: {"cf-access-client-id":"robot.access"}']],
    [
      "a prototype",
      [
        'Authorization: {"__proto__":{"cf-access-client-id":"robot.access","cf-access-client-secret":"new-secret"}}',
      ],
    ],
    ["something that is too long", pair("robot.access", "a".repeat(2_000))],
  ])("with %s is told 401, also where everybody may enter", async (_, headers) => {
    expect(await ask("build", headers)).toBe("401 credential_refused");
    if (!headers.some((line) => line.startsWith("Authorization"))) {
      expect(await ask("status", headers)).toBe("401 credential_refused");
    }
  });

  test("that is being rotated counts with the secret before, until its time is up", async () => {
    expect(await ask("build", pair("robot.access", "old-secret"))).toBe("200");
    rig.service.now += 3_600_000;
    expect(await ask("build", pair("robot.access", "old-secret"))).toBe("401 credential_refused");
    expect(await ask("build", pair("robot.access", "new-secret"))).toBe("200");
    rig.service.now -= 3_600_000;
  });

  test("keeps every person from counting", async () => {
    const token = await accessTokenFor({ aud: ["aud-of-build"] });
    expect(await ask("build", [`Cookie: CF_Authorization=${token}`])).toBe("200");
    expect(
      await ask("build", [...pair("crane.access", "crane-secret"), `Cookie: CF_Authorization=${token}`]),
    ).toBe("403 undecided");
  });

  test("that Access has verified counts by the token of Access", async () => {
    const token = await accessTokenFor({
      aud: ["aud-of-build"],
      sub: "",
      common_name: "robot.access",
      email: undefined,
    });
    expect(await ask("build", [`Cf-Access-Jwt-Assertion: ${token}`])).toBe("200");
  });

  test("that Access has verified does not count where the policies do not have it", async () => {
    const tokenOf = async (common_name: string) =>
      `Cf-Access-Jwt-Assertion: ${await accessTokenFor({ aud: ["aud-of-depot"], sub: "", common_name, email: undefined })}`;
    expect(await ask("depot", [await tokenOf("crane.access")])).toBe("200");
    expect(await ask("depot", [await tokenOf("gone.access")])).toBe("403 undecided");
  });

  test("is never written to a log or an answer", async () => {
    const { text } = await rig.ask("nginx", {
      host: "build.example.com",
      headers: pair("robot.access", "canary-secret"),
    });
    expect(rig.service.log + text).not.toContain("canary-secret");
    expect(rig.service.log).not.toContain("new-secret");
  });
});

describe("an Access token", () => {
  test.each([
    ["garbage", "garbage"],
    ["a JWT without a signature", "eyJhbGciOiJub25lIn0.e30."],
  ])("that is %s is told 401 in the header, and is none in the cookie", async (_, token) => {
    expect(await ask("status", [`Cf-Access-Jwt-Assertion: ${token}`])).toBe("401 credential_refused");
    expect(await ask("status", [`Cookie: CF_Authorization=${token}`])).toBe("200");
    expect(await ask("wiki", [`Cookie: CF_Authorization=${token}`])).toBe("401 login_required");
  });

  test("CVE-2026-25748: no cookie that is garbled lets anybody in", async () => {
    const token = await accessTokenFor();
    for (let at = 0; at < token.length; at += 7) {
      const garbled = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      expect(await ask("wiki", [`Cookie: CF_Authorization=${garbled}`])).toBe("401 login_required");
    }
  });

  test("for an application without an audience is not looked at", async () => {
    expect(await ask("linked", [ada])).toBe("403 no_policy_matched");
  });

  test("of another person than the cookie's is a contradiction", async () => {
    const bob = `Cookie: CF_Authorization=${await accessTokenFor({ sub: "u-2", email: "bob@example.com" })}`;
    expect(await ask("wiki", [ada, bob])).toBe("403 identities_differ");
    const again = `Cookie: CF_Authorization=${await accessTokenFor({ exp: NOW / 1_000 + 60 })}`;
    expect(await ask("wiki", [ada, again])).toBe("200");
    const two = `Cookie: CF_Authorization=${await accessTokenFor()}; CF_Authorization=${await accessTokenFor({ sub: "u-2" })}`;
    expect(await ask("wiki", [two])).toBe("403 identities_differ");
  });

  test("CVE-2026-40574: of an address with two signs is nobody's at the last domain", async () => {
    for (const email of ["evil@corp.com@example.com", "evil@example.com@corp.com", '"evil@x"@example.com']) {
      expect(await ask("wiki", [await accessHeaderFor({ sub: "u-3", email })])).toMatch(/^40[13] /);
    }
  });

  test("CVE-2026-47203: is revoked by its address in any spelling", async () => {
    const shouted = await accessHeaderFor({ sub: "u-4", email: "EVE@EXAMPLE.COM" });
    expect(await ask("wiki", [shouted])).toBe("200");
    const body = JSON.stringify({ kind: "email", id: "eve@example.com" });
    await rig.service.admin("/v1/sessions/revoke", { role: "operator", method: "POST", body });
    expect(await ask("wiki", [shouted])).toBe("401 login_required");
  });
});

describe("a linked-app token", () => {
  test("opens what is linked to its application, and nothing else", async () => {
    const token = await accessTokenFor();
    expect(await ask("linked", [`Cf-Access-Token: ${token}`])).toBe("200");
    const other = await accessTokenFor({ aud: ["aud-of-build"] });
    expect(await ask("linked", [`Cf-Access-Token: ${other}`])).toBe("403 no_policy_matched");
    expect(await ask("wiki", [`Cf-Access-Token: ${token}`])).toBe("401 login_required");
  });

  test.each([
    ["of no application", { aud: ["elsewhere"] }],
    ["of two", { aud: [AUDIENCE_OF_WIKI, "aud-of-build"] }],
    ["of the organisation", { type: "org" }],
    ["that has expired", { exp: NOW / 1_000 }],
  ])("%s is told 401", async (_, claims) => {
    expect(await ask("linked", [`Cf-Access-Token: ${await accessTokenFor(claims)}`])).toBe(
      "401 credential_refused",
    );
  });

  test("ends with the login of its person", async () => {
    const token = await accessTokenFor({ sub: "u-5", email: "kim@example.com" });
    expect(await ask("linked", [`Cf-Access-Token: ${token}`])).toBe("200");
    const body = JSON.stringify({ kind: "user", id: "u-5" });
    await rig.service.admin("/v1/sessions/revoke", { role: "operator", method: "POST", body });
    expect(await ask("linked", [`Cf-Access-Token: ${token}`])).toMatch(/^40[13] /);
  });
});

describe("a bearer token", () => {
  const bearer = async (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
    const all = {
      iss: IDP,
      aud: "postern",
      sub: "42",
      iat: NOW / 1_000,
      exp: NOW / 1_000 + 300,
      email: "ada@example.com",
      groups: ["engineers"],
      ...claims,
    };
    return `Authorization: Bearer ${await signTexts(JSON.stringify({ alg: "RS256", kid: edgeKey.kid, typ: "at+jwt", ...header }), JSON.stringify(all))}`;
  };

  test("of a configured issuer names the person, their groups and the login method", async () => {
    const reply = await rig.ask("nginx", { headers: [await bearer()] });
    expect(outcomeOf(reply)).toBe("200");
    expect([
      reply.headers.get("x-postern-user"),
      reply.headers.get("x-postern-subject"),
      reply.headers.get("x-postern-groups"),
    ]).toEqual(["ada@example.com", `${IDP}#42`, '["engineers"]']);
    expect(await ask("group", [await bearer()])).toBe("200");
    expect(await ask("group", [await bearer({ groups: ["sales"] })])).toMatch(/^40[13] /);
  });

  test.each([
    ["for somebody else", { aud: "elsewhere" }],
    ["for several", { aud: ["postern", "elsewhere"] }],
    ["that has expired", { exp: NOW / 1_000 }],
    ["without a time", { iat: undefined }],
    ["of nobody", { sub: "" }],
    ["of the future", { iat: NOW / 1_000 + 3_600, nbf: NOW / 1_000 + 3_600 }],
  ])("%s is told 401", async (_, claims) => {
    expect(await ask("status", [await bearer(claims)])).toBe("401 credential_refused");
  });

  test("of an unknown issuer belongs to the application behind", async () => {
    expect(await ask("status", [await bearer({ iss: "https://other.example.com" })])).toBe("200");
    expect(await ask("wiki", [await bearer({ iss: "https://other.example.com" })])).toBe(
      "401 login_required",
    );
    expect(await ask("wiki", [ada, await bearer({ iss: "https://other.example.com" })])).toBe("200");
    expect(await ask("wiki", [ada, "Authorization: Basic YTpi"])).toBe("200");
    expect(await ask("wiki", [ada, "Authorization: Bearer opaque"])).toBe("200");
  });

  test("of another person than Access's is a contradiction", async () => {
    expect(await ask("wiki", [ada, await bearer()])).toBe("200");
    expect(await ask("wiki", [ada, await bearer({ email: "bob@example.com" })])).toBe(
      "403 identities_differ",
    );
    expect(await ask("wiki", [ada, await bearer({ email: undefined })])).toBe("403 identities_differ");
  });

  test("that lacks what a rule asks for is not sent to a login, which would bring no more", async () => {
    expect(await ask("group", [await bearer({ groups: undefined })])).toBe("403 undecided");
    expect(await ask("group", [])).toBe("401 login_required");
  });

  test("of an address that nobody has verified is nobody's", async () => {
    expect(await ask("wiki", [await bearer({ email_verified: false })])).toMatch(/^40[13] /);
  });

  test("is revoked as any login is; without `auth_time` no login is asked for", async () => {
    const token = await bearer({ sub: "43", email: "max@example.com" });
    expect(await ask("wiki", [token])).toBe("200");
    const body = JSON.stringify({ kind: "email", id: "max@example.com" });
    await rig.service.admin("/v1/sessions/revoke", { role: "operator", method: "POST", body });
    expect(await ask("wiki", [token])).toBe("403 undecided");
    const dated = (auth_time: number) => bearer({ sub: "43", email: "max@example.com", auth_time });
    expect(await ask("wiki", [await dated(NOW / 1_000 - 60)])).toBe("401 login_required");
  });
});

describe("a script", () => {
  test("is told 401 as anybody, and is not led to a login page", async () => {
    const reply = await rig.ask("nginx", { headers: ["X-Requested-With: XMLHttpRequest"] });
    expect([outcomeOf(reply), reply.headers.has("location")]).toEqual(["401 login_required", false]);
  });

  test("is let through with its preflight where the application says so, and only with that", async () => {
    const preflight = ["Origin: https://a.example.com", "Access-Control-Request-Method: PUT"];
    const options = (host: string, headers: readonly string[], method = "OPTIONS") =>
      rig.ask("nginx", { method, host: `${host}.example.com`, headers });
    expect(outcomeOf(await options("cors", preflight))).toBe("200");
    expect(outcomeOf(await options("wiki", preflight))).toBe("401 login_required");
    expect(outcomeOf(await options("cors", []))).toBe("401 login_required");
    expect(outcomeOf(await options("cors", preflight.slice(1)))).toBe("401 login_required");
    expect(outcomeOf(await options("cors", preflight, "PUT"))).toBe("401 login_required");
  });
});

test("CVE-2024-47616: nothing that opens an application opens the administration", async () => {
  for (const header of [ada, ...pair("robot.access", "new-secret")]) {
    const [name = "", value = ""] = header.split(": ");
    const reply = await fetch(`${rig.service.urlOf("admin")}/v1/keys`, { headers: { [name]: value } });
    expect(reply.status).toBe(401);
  }
});

test("while the keys of Access cannot be had nobody is let in as a person, and open doors stay open", async () => {
  await using dark = await ProxyRig.start(POLICIES);
  dark.service.access.respond = CERTS_DOWN;
  const token = await signTexts(
    JSON.stringify({ alg: "RS256", kid: "b2".repeat(32), typ: "JWT" }),
    JSON.stringify({ iss: ISSUER }),
  );
  const told = async (host: string) =>
    outcomeOf(await dark.ask("nginx", { host, headers: [`Cf-Access-Jwt-Assertion: ${token}`] }));
  expect(await told("wiki.example.com")).toMatch(/^403 undecided$/);
  expect(await told("status.example.com")).toBe("200");
});
