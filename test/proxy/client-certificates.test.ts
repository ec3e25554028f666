import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { requireTool } from "../support/require-tool.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type HttpKind, outcomeOf, ProxyRig } from "./rig.ts";

const KINDS = ["nginx", "caddy", "haproxy", "envoy-http"] as const;
type Kind = (typeof KINDS)[number];

function policiesFor(authority: string, hosts: readonly string[]): string {
  return JSON.stringify({
    certificates: [{ name: "Company", certificate: authority, associated_hostnames: hosts }],
    applications: [
      application("named", { common_name: { common_name: "robot, one" } }),
      application("any", { certificate: {} }),
      application("elsewhere", { certificate: {} }),
    ],
  });
}

function application(name: string, rule: object): object {
  const policies = [{ name: "Machines", decision: "non_identity", include: [rule] }];
  return { name, domain: `${name}.example.com`, policies };
}

/** The headers by which a proxy forwards this certificate; null for none. */
const FORWARDED: { readonly [K in Kind]: (pem: string | null) => readonly string[] } = {
  nginx: (pem) => [
    `X-SSL-Client-Verify: ${pem === null ? "NONE" : "SUCCESS"}`,
    ...(pem === null ? [] : [`X-SSL-Client-Cert: ${encodeURIComponent(pem)}`]),
  ],
  caddy: (pem) => [`X-SSL-Client-Cert: ${pem === null ? "" : derOf(pem)}`],
  haproxy: (pem) => ["X-SSL-Client-Verify: 0", `X-SSL-Client-Cert: ${pem === null ? "" : derOf(pem)}`],
  "envoy-http": (pem) =>
    pem === null
      ? []
      : [
          `X-Forwarded-Client-Cert: By=spiffe://a/b;Hash=00;Subject="O=\\"Example, Inc.\\";x";Cert="${encodeURIComponent(pem)}"`,
        ],
};

function derOf(pem: string): string {
  return pem.replace(/-----.*-----|\s/g, "");
}

describe.if(requireTool("openssl"))("a client certificate", () => {
  let rig: ProxyRig;
  let bare: ProxyRig;
  let pems: Certificates;
  beforeAll(async () => {
    pems = await makeCertificates();
    const proxies = KINDS.map((kind) => ({
      kind,
      listen: "127.0.0.1:0",
      peers: ["127.0.0.1"],
      client_certificates: true,
    }));
    const policies = policiesFor(pems.authority, ["named.example.com", "any.example.com"]);
    rig = await ProxyRig.start(policies, { config: { proxies }, now: Date.now() });
    bare = await ProxyRig.start(policies, { now: Date.now() });
  });
  afterAll(() => Promise.all([rig[Symbol.asyncDispose](), bare[Symbol.asyncDispose]()]));

  const ask = async (kind: HttpKind, host: string, headers: readonly string[], of = rig) =>
    outcomeOf(await of.ask(kind, { host: `${host}.example.com`, headers }));

  describe.each(KINDS)("forwarded by %s", (kind) => {
    test("opens what its name and its authority open", async () => {
      expect(await ask(kind, "named", FORWARDED[kind](pems.client))).toBe("200");
      expect(await ask(kind, "any", FORWARDED[kind](pems.client))).toBe("200");
    });

    test("is none where the client has shown none", async () => {
      expect(await ask(kind, "any", FORWARDED[kind](null))).toBe("403 no_policy_matched");
    });

    test("of another authority of the same name, or for servers, opens nothing", async () => {
      expect(await ask(kind, "any", FORWARDED[kind](pems.forged))).toBe("403 undecided");
      expect(await ask(kind, "any", FORWARDED[kind](pems.server))).toBe("403 undecided");
      expect(await ask(kind, "any", FORWARDED[kind](pems.authority))).toBe("403 undecided");
    });

    test("opens nothing at a host that the authority is not for", async () => {
      expect(await ask(kind, "elsewhere", FORWARDED[kind](pems.client))).toBe("403 undecided");
    });

    test("opens nothing before and after its time", async () => {
      const now = rig.service.now;
      for (const off of [-86_400_000, 11 * 86_400_000]) {
        rig.service.now = now + off;
        expect(await ask(kind, "any", FORWARDED[kind](pems.client))).toBe("403 undecided");
      }
      rig.service.now = now;
    });

    test("counts only where the operator says that the proxy sets its headers", async () => {
      expect(await ask(kind, "any", FORWARDED[kind](pems.client), bare)).toBe("403 undecided");
    });

    test.each([
      [
        "garbage",
        (lines: readonly string[]) =>
          lines.map((line) => (line.length > 100 ? `${line.slice(0, 60)}!` : line)),
      ],
      ["twice", (lines: readonly string[]) => [...lines, ...lines]],
    ])("is refused or unknown where it comes as %s", async (_, spoil) => {
      expect(await ask(kind, "any", spoil(FORWARDED[kind](pems.client)))).toMatch(
        /^403 (?:undecided|duplicate_header)$/,
      );
    });
  });

  test.each([["FAILED:self signed"], ["success"], [""], ["NONE"]])(
    "that nginx says %p of does not count",
    async (verify) => {
      const headers = [
        `X-SSL-Client-Verify: ${verify}`,
        `X-SSL-Client-Cert: ${encodeURIComponent(pems.client)}`,
      ];
      expect(await ask("nginx", "any", headers)).toBe("403 undecided");
    },
  );

  test("that HAProxy has not accepted does not count", async () => {
    const headers = ["X-SSL-Client-Verify: 19", `X-SSL-Client-Cert: ${derOf(pems.client)}`];
    expect(await ask("haproxy", "any", headers)).toBe("403 undecided");
  });

  test("of another hop in Envoy's header does not count", async () => {
    const [line = ""] = FORWARDED["envoy-http"](pems.client);
    expect(await ask("envoy-http", "any", [`${line},By=spiffe://c`])).toBe("403 undecided");
    expect(await ask("envoy-http", "any", [`${line};Cert="${encodeURIComponent(pems.client)}"`])).toBe(
      "403 undecided",
    );
    expect(await ask("envoy-http", "any", ["X-Forwarded-Client-Cert: Hash=00"])).toBe("403 undecided");
  });
});
