import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { parse } from "yaml";
import type { ProxyKind } from "../../src/config/config.ts";
import { CONTRACTS } from "../../src/server/proxy/contract.ts";
import { STORE_DOWN } from "../support/faulty-store.ts";
import type { RawReply } from "../support/raw-http.ts";
import { requireTool } from "../support/require-tool.ts";
import { until } from "../support/until.ts";
import { CASES, DENIED, type Expectation, FORGED_HEADERS, writeCertificate } from "./cases.ts";
import { readDocumented } from "./documented.ts";
import { valuesOf } from "./echo-application.ts";
import { REAL_PROXIES } from "./real-proxies.ts";
import type { Wire } from "./relay.ts";
import { type Outcome, RealProxyRig } from "./rig.ts";

const KINDS = Object.keys(REAL_PROXIES).filter((kind): kind is ProxyKind => kind in REAL_PROXIES);
const OF_POSTERN = ["verdict", "user", "subject", "groups", "decision", "decision-id"];

/** That a browser goes on to `url`, whatever the status says. */
function expectWayOn({ body }: RawReply, url: string): void {
  expect(body).toContain(`<meta http-equiv="refresh" content="0; url=${url.replaceAll("&", "&amp;")}">`);
}

function answer(status: string): Wire {
  return { answers: `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n` };
}

/** What may become of Postern under a proxy. */
const OUTAGES: readonly (readonly [string, Wire])[] = [
  ["is stopped", "stopped"],
  ["never answers", "silent"],
  ["answers 500", answer("500 Internal Server Error")],
  ["answers 302", answer("302 Found")],
  ["answers 404", answer("404 Not Found")],
  ["answers what is no HTTP", { answers: "220 mail.example.com ESMTP\r\n" }],
];

for (const kind of KINDS) {
  const { tool, handsOn, waitsLong } = REAL_PROXIES[kind];
  const readsCertificates = CONTRACTS[kind].certificate !== null;

  describe.if(requireTool(tool) && requireTool("openssl"))(kind, () => {
    let rig: RealProxyRig;
    beforeAll(async () => {
      rig = await RealProxyRig.start(kind);
    });
    afterAll(() => rig[Symbol.asyncDispose]());
    afterEach(() => {
      rig.relay.set("whole");
      rig.faulty.before = () => {};
    });

    async function sendAs(
      person: string | undefined,
      headers: readonly string[],
    ): Promise<readonly string[]> {
      return person === undefined ? headers : [await rig.tokenOf(person), ...headers];
    }

    test.each(CASES.map((each) => [each.name, each] as const))(
      "%s",
      async (_, { as, send, expect: usual, needsCertificates }) => {
        const expected = needsCertificates === true && !readsCertificates ? DENIED : usual;
        const headers = await sendAs(as, send.headers ?? []);
        const outcome = await rig.send({ ...send, headers });
        await expectOutcome(outcome, expected);
        if (typeof expected === "object" && "permitted" in expected) {
          expect(outcome.reached).toMatchObject({ method: send.method ?? "GET", target: send.target ?? "/" });
        }
      },
    );

    async function expectOutcome({ reply, reached }: Outcome, expected: Expectation): Promise<void> {
      if (typeof expected === "object" && "permitted" in expected) {
        expect(reply.status).toBe(200);
        const { user, subject } = expected.permitted;
        const said = OF_POSTERN.map((part) => [
          part,
          reached === null ? [] : valuesOf(reached, `x-postern-${part}`),
        ]);
        expect(Object.fromEntries(said)).toEqual({
          verdict: [expect.stringMatching(/^eyJ/)],
          user: [user],
          subject: [subject],
          groups: [expect.any(String)],
          decision: ["permit"],
          "decision-id": [expect.stringMatching(/^[0-9a-f-]{36}$/)],
        });
        if (reached === null) return;
        expect(valuesOf(reached, "cf-access-client-secret")).toEqual([]);
        const [verdict = ""] = valuesOf(reached, "x-postern-verdict");
        expect(await rig.verify(verdict)).toMatchObject({ sub: subject, decision: "permit" });
        return;
      }
      if (typeof expected === "object" && "onlyAsFor" in expected && reached !== null) {
        expect(valuesOf(reached, "host")).toEqual([expected.onlyAsFor]);
        return;
      }
      expect(reached).toBeNull();
      if (expected === "refused" || "onlyAsFor" in expected) {
        expect(reply.status === null || reply.status >= 302).toBe(true);
      } else if ("loginFor" in expected) {
        const login = `https://login.example.com/?back=${encodeURIComponent(expected.loginFor)}`;
        expect([reply.status, reply.headers.get("location")]).toEqual([handsOn ? 401 : 302, login]);
        if (handsOn) expectWayOn(reply, login);
      } else {
        expect(reply.status).toBe(expected.status);
        if (expected.status === 401) expect(reply.headers.get("www-authenticate")).toStartWith("Bearer");
      }
    }

    test.each(FORGED_HEADERS)("never lets the application see %j of a client", async (header) => {
      const { reached } = await rig.send({ headers: [await rig.tokenOf("ada"), header] });
      if (reached === null) return;
      expect(valuesOf(reached, "x-postern-user")).toEqual(["ada@example.com"]);
      expect(valuesOf(reached, "x-postern-subject")).toEqual(["u-ada"]);
      expect(valuesOf(reached, "x-postern-groups")).toEqual(["-"]);
      expect(valuesOf(reached, "x-postern-verdict")).toEqual([expect.not.stringMatching(/^eyJ\.eyJ/)]);
      expect(valuesOf(reached, "x-postern-decision")).toEqual(["permit"]);
    });

    test("believes no certificate that a client only writes in headers, even one that holds", async () => {
      const headers = writeCertificate(rig.tls.clients.known.cert);
      const { reply, reached } = await rig.send({ host: "devices.example.com", headers });
      expect([reply.status, reached]).toEqual([403, null]);
    });

    test("shows a person who is denied the page with the decision, or leads there", async () => {
      const headers = [await rig.tokenOf("mallory"), "Accept: text/html"];
      const { reply } = await rig.send({ headers });
      expect(reply.status).toBe(403);
      expect(reply.headers.get("content-type")).toBe("text/html; charset=utf-8");
      const [decision] = rig.service.logged("decision").slice(-1);
      expect(reply.body).toContain(String(decision?.id));
      if (handsOn) {
        expectWayOn(reply, `https://postern.example.com/denied/${decision?.id}`);
      } else {
        expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
        expect(reply.body).toContain("mallory@example.com");
      }
    });

    test.each(OUTAGES)("lets nobody in while Postern %s, and everybody again afterwards", async (_, wire) => {
      const headers = [await rig.tokenOf("ada")];
      const leavesAfterMs = wire === "silent" && waitsLong === true ? 1_000 : undefined;
      rig.relay.set(wire);
      for (const host of ["wiki.example.com", "status.example.com"]) {
        const { reply, reached } = await rig.send({ host, headers, leavesAfterMs });
        expect(reached).toBeNull();
        expect(reply.status === null || reply.status >= 302).toBe(true);
      }
      rig.relay.set("whole");
      expect((await rig.send({ headers })).reply.status).toBe(200);
    });

    test("denies somebody whom the store does not know while it is down", async () => {
      rig.faulty.before = STORE_DOWN;
      const { reply, reached } = await rig.send({ headers: [await rig.tokenOf("grace")] });
      expect([reply.status, reached]).toEqual([403, null]);
    });

    test("denies somebody in time while the store does not answer", async () => {
      rig.faulty.before = () => Bun.sleep(2_000);
      const { reply, reached } = await rig.send({ headers: [await rig.tokenOf("edsger")] });
      expect([reply.status, reached]).toEqual([403, null]);
    });
  });
}

describe.if(requireTool("envoy") && requireTool("openssl"))("Envoy's own log", () => {
  test("tells what was decided, why, and by which id", async () => {
    await using rig = await RealProxyRig.start("envoy-grpc");
    await rig.send({ headers: [await rig.tokenOf("ada")] });
    await rig.send({ headers: [await rig.tokenOf("mallory")] });
    const [permit, denial] = rig.service.logged("decision").slice(-2);
    const told = [
      { status: 200, decision: "permit", decision_id: permit?.id, reason: null },
      { status: 403, decision: "deny", decision_id: denial?.id, reason: "no_policy_matched" },
    ].map((line) => expect.objectContaining(line));
    await until(async () => (await readLines(rig)).length >= 3);
    expect((await readLines(rig)).slice(-2)).toEqual(told);
  });

  async function readLines({ proxy }: RealProxyRig): Promise<readonly unknown[]> {
    const written = (await proxy.readOutput()).split("\n").filter((line) => line.startsWith("{"));
    return written.map((line) => JSON.parse(line));
  }
});

describe.if(requireTool("nginx") && requireTool("openssl"))("nginx, asked for its own locations,", () => {
  test("has none of them", async () => {
    await using rig = await RealProxyRig.start("nginx");
    const { reply, reached } = await rig.send({ target: "/.postern/check" });
    expect([reply.status, reached]).toEqual([404, null]);
  });
});

describe.if(requireTool("nginx") && requireTool("openssl"))("nginx on another port", () => {
  test("leads back to it, where the file names it beside the host", async () => {
    await using rig = await RealProxyRig.start("nginx", {
      edit: (text) => text.replaceAll(/\$host(?=[;$])/g, "$$host:8443"),
    });
    const { reply } = await rig.send({ host: "wiki.example.com:8443", target: "/a" });
    expect(reply.headers.get("location")).toEndWith(encodeURIComponent("https://wiki.example.com:8443/a"));
    const { reached } = await rig.send({ headers: [await rig.tokenOf("ada")] });
    expect(reached === null ? [] : valuesOf(reached, "host")).toEqual(["wiki.example.com:8443"]);
  });
});

describe.if(requireTool("nginx") && requireTool("openssl"))("nginx as ingress-nginx sets it up", () => {
  test("serves no application by a target that holds its host, beside the Host of an open one", async () => {
    const send = { host: "status.example.com", target: "https://wiki.example.com/" };
    await using open = await RealProxyRig.start("nginx", { edit: goByHostHeader });
    expect((await open.send(send)).reached).toMatchObject({ target: "/" });
    const snippet = await readServerSnippet();
    await using closed = await RealProxyRig.start("nginx", {
      edit: (text) => goByHostHeader(text).replace("server_name _;", `server_name _;\n${snippet}`),
    });
    expect(await closed.send(send)).toMatchObject({ reply: { status: 400 }, reached: null });
    expect((await closed.send({ host: "status.example.com", target: "/a?b=http://c" })).reply.status).toBe(
      200,
    );
  });

  /** What its template has for the question; the rest of nginx goes by `$host`. */
  function goByHostHeader(text: string): string {
    expect(text).toContain("$scheme://$host$request_uri");
    return text.replace("$scheme://$host$request_uri", "$scheme://$http_host$request_uri");
  }

  async function readServerSnippet(): Promise<string> {
    const [, config = ""] = (await readDocumented("ingress-nginx.yaml", {})).split("---\n");
    return parse(config).data["server-snippet"];
  }
});
