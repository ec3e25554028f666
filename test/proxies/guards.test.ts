import { describe, expect, test } from "bun:test";
import { requireTool } from "../support/require-tool.ts";
import { ROBOT } from "./cases.ts";
import { valuesOf } from "./echo-application.ts";
import type { RealProxyName } from "./real-proxies.ts";
import { type Outcome, RealProxyRig, type Sent } from "./rig.ts";

/** A line of a documented file, and the harm that is done without it. */
interface Guard {
  readonly proxy: RealProxyName;
  readonly line: string;
  /** Instead of the line; nothing unless told. */
  readonly instead?: string;
  readonly send: Sent;
  readonly as?: string;
  readonly harm: (outcome: Outcome) => boolean;
}

const isIn = ({ reached }: Outcome) => reached !== null;

const GUARDS: readonly Guard[] = [
  {
    proxy: "nginx",
    line: "proxy_set_header X-Forwarded-For   $remote_addr;",
    send: { host: "office.example.com", headers: ["X-Forwarded-For: 192.0.2.7"] },
    harm: isIn,
  },
  {
    proxy: "nginx",
    line: "proxy_set_header X-Original-URL    $scheme://$http_host$request_uri;",
    send: { headers: ["X-Original-URL: https://status.example.com/"] },
    harm: isIn,
  },
  {
    proxy: "nginx",
    line: "auth_request /.postern/check;",
    send: {},
    harm: isIn,
  },
  {
    proxy: "nginx",
    line: "error_page 403 @postern_denied;",
    instead: "error_page 403 =200 @postern_denied;",
    send: {},
    as: "mallory",
    harm: ({ reply }) => reply.status === 200,
  },
  {
    proxy: "haproxy",
    line: "http-request set-header X-Forwarded-For %[src]",
    send: { host: "office.example.com", headers: ["X-Forwarded-For: 192.0.2.7"] },
    harm: isIn,
  },
  {
    proxy: "haproxy",
    line: "http-request set-header X-Forwarded-Uri %[pathq]",
    send: { target: "/admin", headers: ["X-Forwarded-Uri: /"] },
    as: "ada",
    harm: isIn,
  },
  {
    proxy: "haproxy",
    line: "http-request del-header Cf-Access-Client-Secret",
    send: { host: "robots.example.com", headers: ROBOT },
    harm: ({ reached }) => reached !== null && valuesOf(reached, "cf-access-client-secret").length > 0,
  },
  {
    proxy: "caddy",
    line: "copy_headers X-Postern-Verdict X-Postern-User",
    instead: "copy_headers X-Postern-Verdict",
    send: {},
    as: "ada",
    harm: ({ reached }) => reached !== null && valuesOf(reached, "x-postern-user").length === 0,
  },
];

describe("without its line the file does harm, which the table of cases would see:", () => {
  for (const { proxy, line, instead = "", send, as, harm } of GUARDS) {
    test.if(requireTool(proxy) && requireTool("openssl"))(`${proxy}: ${line}`, async () => {
      const edit = (text: string) => {
        expect(text).toContain(line);
        return text.replace(line, instead);
      };
      await using rig = await RealProxyRig.start(proxy, { edit });
      const headers = [...(send.headers ?? []), ...(as === undefined ? [] : [await rig.tokenOf(as)])];
      expect(harm(await rig.send({ ...send, headers }))).toBe(true);
    });
  }
});
