import { describe, expect, test } from "bun:test";
import type { ProxyKind } from "../../src/config/config.ts";
import { requireTool } from "../support/require-tool.ts";
import { ROBOT, writeCertificate } from "./cases.ts";
import { valuesOf } from "./echo-application.ts";
import { REAL_PROXIES } from "./real-proxies.ts";
import type { Wire } from "./relay.ts";
import { type Outcome, RealProxyRig, type Sent } from "./rig.ts";

/** A line of a documented file, and the harm that is done without it. */
interface Guard {
  readonly proxy: ProxyKind;
  readonly line: string;
  /** Instead of the line; nothing unless told. */
  readonly instead?: string;
  readonly send: Sent;
  readonly as?: string;
  /** Whether the client writes a certificate into a header that it never showed. */
  readonly writesCertificate?: boolean;
  /** What has become of Postern; nothing unless told. */
  readonly wire?: Wire;
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
    line: "proxy_set_header X-Original-URL    $scheme://$host$request_uri;",
    send: { headers: ["X-Original-URL: https://status.example.com/"] },
    harm: isIn,
  },
  {
    proxy: "nginx",
    line: "X-Original-URL    $scheme://$host$request_uri;",
    instead: "X-Original-URL    $scheme://$http_host$request_uri;",
    send: { host: "status.example.com", target: "https://wiki.example.com/" },
    harm: ({ reached }) => reached !== null && valuesOf(reached, "host")[0] === "wiki.example.com",
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
  {
    proxy: "traefik",
    line: "middlewares: [forget-prefix@file, postern@file, forget-secrets@file]",
    send: {},
    harm: isIn,
  },
  {
    proxy: "envoy-grpc",
    line: "failure_mode_allow: false",
    instead: "failure_mode_allow: true",
    send: {},
    wire: "stopped",
    harm: isIn,
  },
  {
    proxy: "envoy-http",
    line: "failure_mode_allow: false",
    instead: "failure_mode_allow: true",
    send: {},
    wire: "stopped",
    harm: isIn,
  },
  {
    proxy: "envoy-http",
    line: "forward_client_cert_details: SANITIZE_SET",
    instead: "forward_client_cert_details: ALWAYS_FORWARD_ONLY",
    send: { host: "devices.example.com" },
    writesCertificate: true,
    harm: isIn,
  },
  {
    proxy: "envoy-http",
    line: "allowed_upstream_headers: { patterns: [{ prefix: x-postern- }] }",
    instead: "allowed_upstream_headers: { patterns: [{ exact: x-postern-verdict }] }",
    send: {},
    as: "ada",
    harm: ({ reached }) => reached !== null && valuesOf(reached, "x-postern-user").length === 0,
  },
];

describe("without its line the file does harm, which the table of cases would see:", () => {
  for (const { proxy, line, instead = "", send, as, wire = "whole", harm, ...guard } of GUARDS) {
    test.if(requireTool(REAL_PROXIES[proxy].tool) && requireTool("openssl"))(
      `${proxy}: ${line}${instead === "" ? "" : ` as ${instead}`}`,
      async () => {
        const edit = (text: string) => {
          expect(text).toContain(line);
          return text.replace(line, instead);
        };
        await using rig = await RealProxyRig.start(proxy, { edit });
        const written = guard.writesCertificate === true ? writeCertificate(rig.tls.clients.known.cert) : [];
        const token = as === undefined ? [] : [await rig.tokenOf(as)];
        const headers = [...(send.headers ?? []), ...written, ...token];
        rig.relay.set(wire);
        expect(harm(await rig.send({ ...send, headers }))).toBe(true);
      },
    );
  }
});
