import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import type { ProxyKind } from "../../src/config/config.ts";
import { requireTool } from "../support/require-tool.ts";
import { valuesOf } from "./echo-application.ts";
import { REAL_PROXIES } from "./real-proxies.ts";
import { RealProxyRig } from "./rig.ts";

/** Those whose documented files let a client speak HTTP/2. */
const KINDS: readonly ProxyKind[] = ["caddy", "traefik", "envoy-grpc", "envoy-http"];

for (const kind of KINDS) {
  describe.if(requireTool(REAL_PROXIES[kind].tool) && requireTool("openssl"))(`${kind}, over HTTP/2,`, () => {
    let rig: RealProxyRig;
    let session: ClientHttp2Session;
    let token: string;
    beforeAll(async () => {
      rig = await RealProxyRig.start(kind);
      const [, value = ""] = (await rig.tokenOf("ada")).split(": ");
      token = value;
      const url = `https://127.0.0.1:${rig.proxy.port}`;
      session = connect(url, { ca: rig.tls.authority, servername: "wiki.example.com" });
      await once(session, "connect");
    });
    afterAll(async () => {
      session.destroy();
      await rig[Symbol.asyncDispose]();
    });

    /** The status of the answer, and what reached the application; a stream that is reset has no status. */
    async function ask(headers: OutgoingHttpHeaders) {
      const stream = session.request({ ":path": "/a", ":authority": "wiki.example.com", ...headers });
      const { promise, resolve } = Promise.withResolvers<number | null>();
      stream.on("response", (answer) => resolve(answer[":status"] ?? null));
      stream.on("error", () => resolve(null));
      stream.on("close", () => resolve(null));
      stream.resume();
      const status = await promise;
      const [reached = null] = rig.application.take();
      return { status, reached };
    }

    test("knows somebody by a cookie that comes in crumbs (RFC 9113, 8.2.3)", async () => {
      const { status, reached } = await ask({ cookie: ["a=b", `CF_Authorization=${token}`, "c=d"] });
      expect([status, reached && valuesOf(reached, "x-postern-user")]).toEqual([200, ["ada@example.com"]]);
    });

    test("lets nobody be somebody by a header of their own", async () => {
      const forged = { "x-postern-user": "root@example.com", "x-postern-subject": "root" };
      const { reached } = await ask({ "cf-access-jwt-assertion": token, ...forged });
      expect(reached === null ? ["ada@example.com"] : valuesOf(reached, "x-postern-user")).toEqual([
        "ada@example.com",
      ]);
      expect((await ask(forged)).reached).toBeNull();
    });

    test("goes by :authority, whatever a Host beside it says", async () => {
      const { reached } = await ask({ host: "status.example.com" });
      expect(reached).toBeNull();
      const open = await ask({ ":authority": "status.example.com", host: "wiki.example.com" });
      expect(open.reached === null ? [] : valuesOf(open.reached, "host")).not.toContain("wiki.example.com");
    });

    test("asks Postern about the path as it came", async () => {
      for (const path of ["/admin", "/wiki/%2e%2e/admin", "/wiki/../admin", "//admin"]) {
        expect((await ask({ ":path": path, "cf-access-jwt-assertion": token })).reached).toBeNull();
      }
    });
  });
}
