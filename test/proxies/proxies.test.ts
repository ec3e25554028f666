import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { STORE_DOWN } from "../support/faulty-store.ts";
import { requireTool } from "../support/require-tool.ts";
import { CASES, type Expectation, FORGED_HEADERS } from "./cases.ts";
import { valuesOf } from "./echo-application.ts";
import { REAL_PROXIES, type RealProxyName } from "./real-proxies.ts";
import type { Wire } from "./relay.ts";
import { type Outcome, RealProxyRig } from "./rig.ts";

const NAMES = Object.keys(REAL_PROXIES).filter((name): name is RealProxyName => name in REAL_PROXIES);
const OF_POSTERN = ["verdict", "user", "subject", "groups", "decision", "decision-id"];

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

for (const name of NAMES) {
  describe.if(requireTool(name) && requireTool("openssl"))(name, () => {
    let rig: RealProxyRig;
    beforeAll(async () => {
      rig = await RealProxyRig.start(name);
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
      async (_, { as, send, expect: expected }) => {
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
      expect(reached).toBeNull();
      if (expected === "refused") {
        expect(reply.status === null || reply.status >= 302).toBe(true);
      } else if ("loginFor" in expected) {
        expect(reply.status).toBe(302);
        expect(reply.headers.get("location")).toBe(
          `https://login.example.com/?back=${encodeURIComponent(expected.loginFor)}`,
        );
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

    test("shows a person who is denied the page with the decision", async () => {
      const headers = [await rig.tokenOf("mallory"), "Accept: text/html"];
      const { reply } = await rig.send({ headers });
      expect(reply.status).toBe(403);
      expect(reply.headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(reply.headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(reply.body).toContain("mallory@example.com");
      const [decision] = rig.service.logged("decision").slice(-1);
      expect(reply.body).toContain(String(decision?.id));
    });

    test.each(OUTAGES)("lets nobody in while Postern %s, and everybody again afterwards", async (_, wire) => {
      const headers = [await rig.tokenOf("ada")];
      rig.relay.set(wire);
      for (const host of ["wiki.example.com", "status.example.com"]) {
        const { reply, reached } = await rig.send({ host, headers });
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

describe.if(requireTool("nginx") && requireTool("openssl"))("nginx, asked for its own locations,", () => {
  test("has none of them", async () => {
    await using rig = await RealProxyRig.start("nginx");
    const { reply, reached } = await rig.send({ target: "/.postern/check" });
    expect([reply.status, reached]).toEqual([404, null]);
  });
});
