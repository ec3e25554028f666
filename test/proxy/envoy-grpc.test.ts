import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { Client, credentials } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { accessTokenFor, PROXY_POLICIES, ProxyRig } from "./rig.ts";

const SERVICE = "envoy.service.auth.v3.Authorization";
const PROTO = join(import.meta.dir, "../../src/server/proxy/grpc/external-auth.proto");

const Headers = Type.Array(
  Type.Object({
    header: Type.Object({ key: Type.String(), value: Type.String() }),
    append_action: Type.Literal("OVERWRITE_IF_EXISTS_OR_ADD"),
  }),
);
const Response = Type.Object({
  status: Type.Object({ code: Type.Number() }),
  ok_response: Type.Optional(Type.Object({ headers: Headers, headers_to_remove: Type.Array(Type.String()) })),
  denied_response: Type.Optional(
    Type.Object({ status: Type.Object({ code: Type.Number() }), headers: Headers, body: Type.String() }),
  ),
  dynamic_metadata: Type.Object({
    fields: Type.Record(Type.String(), Type.Object({ stringValue: Type.String() })),
  }),
});

interface Http {
  readonly method?: string;
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Raw names and values, as with `encode_raw_headers`. */
  readonly raw?: readonly (readonly [string, string])[];
  readonly address?: string;
}

let rig: ProxyRig;
let client: Client;
beforeAll(async () => {
  const proxies = [
    { kind: "envoy-grpc", listen: "127.0.0.1:0", peers: ["127.0.0.1"], skip_hops: ["10.0.0.0/8"] },
  ];
  rig = await ProxyRig.start(PROXY_POLICIES, { config: { proxies } });
  client = clientOf(rig);
});
afterAll(async () => {
  client.close();
  await rig[Symbol.asyncDispose]();
});

function clientOf({ service }: ProxyRig): Client {
  return new Client(new URL(service.urlOf("envoy-grpc")).host, credentials.createInsecure());
}

function ask(asked: Http, to = client) {
  const {
    method = "GET",
    host = "wiki.example.com",
    path = "/",
    headers = {},
    raw,
    address = "203.0.113.9",
  } = asked;
  const list = raw?.map(([key, value]) => ({ key, raw_value: Buffer.from(value) }));
  const http = {
    method,
    host,
    path,
    scheme: "https",
    headers,
    ...(list === undefined ? {} : { header_map: { headers: list } }),
  };
  return check(
    { attributes: { source: { address: { socket_address: { address } } }, request: { http } } },
    to,
  );
}

function check(request: object, to = client) {
  const definition = loadSync(PROTO, { keepCase: true, enums: String, defaults: true })[SERVICE];
  if (definition === undefined || "format" in definition) throw new Error("no service");
  const method = definition.Check;
  if (method === undefined) throw new Error("no method");
  const { promise, resolve, reject } = Promise.withResolvers<typeof Response.static>();
  to.makeUnaryRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    (error, response) => {
      if (error) reject(error);
      else resolve(Value.Parse(Response, response));
    },
  );
  return promise;
}

test("a permit overwrites every header of the application's, and takes spent credentials away", async () => {
  const { status, ok_response, denied_response, dynamic_metadata } = await ask({
    headers: { "cf-access-jwt-assertion": await accessTokenFor() },
  });
  expect([status.code, denied_response]).toEqual([0, undefined]);
  expect(ok_response?.headers.map(({ header }) => header.key)).toEqual([
    "x-postern-verdict",
    "x-postern-user",
    "x-postern-subject",
    "x-postern-groups",
    "x-postern-decision",
    "x-postern-decision-id",
  ]);
  expect(ok_response?.headers_to_remove).toEqual([
    "cf-access-client-id",
    "cf-access-client-secret",
    "cf-access-token",
  ]);
  expect(dynamic_metadata.fields).toEqual({
    decision: { stringValue: "permit" },
    decision_id: { stringValue: expect.any(String) },
  });
});

test("a denial is an answer to the client: a status, headers and a body", async () => {
  const { status, ok_response, denied_response, dynamic_metadata } = await ask({ path: "/a?b" });
  expect([status.code, ok_response]).toEqual([16, undefined]);
  expect(denied_response?.status.code).toBe(401);
  expect(denied_response?.body).toContain("nobody is logged in");
  const location = denied_response?.headers.find(({ header }) => header.key === "location")?.header.value;
  expect(location).toBe("https://login.example.com/?back=https%3A%2F%2Fwiki.example.com%2Fa%3Fb");
  expect(dynamic_metadata.fields.reason?.stringValue).toBe("login_required");
});

async function outcome(asked: Http): Promise<string> {
  const { status, dynamic_metadata } = await ask(asked);
  return status.code === 0 ? "permit" : (dynamic_metadata.fields.reason?.stringValue ?? "");
}

test.each<readonly [string, Http, string]>([
  ["no application", { host: "nowhere.example.net" }, "no_application"],
  ["a raw fragment", { path: "/a#b" }, "malformed_url"],
  ["two readings", { path: "/x/../admin" }, "ambiguous_target"],
  ["an absolute target", { path: "http://wiki.example.com/" }, "malformed_url"],
  ["an unknown method", { method: "get" }, "unknown_method"],
  ["a twin", { headers: { cf_access_client_id: "a" } }, "header_twin"],
  ["a forged header", { headers: { "x-postern-user": "root" } }, "forged_header"],
  [
    "a header that came twice",
    {
      raw: [
        ["cookie", "a"],
        ["Cookie", "b"],
      ],
    },
    "duplicate_header",
  ],
  ["another host", { raw: [["host", "status.example.com"]] }, "duplicate_header"],
  ["a bad host", { host: "a b" }, "malformed_url"],
  [
    "a connection that names a header",
    { headers: { connection: "close, cookie" } },
    "connection_names_header",
  ],
  ["a certificate of the client's own making", { raw: [[":source-certificate", "x"]] }, "login_required"],
])("%s is denied", async (_, asked, reason) => {
  expect(await outcome(asked)).toBe(reason);
});

test("the client is who is connected to Envoy, or whom trusted hops have named", async () => {
  const at = (address: string, chain?: string) =>
    outcome({
      host: "office.example.com",
      address,
      ...(chain === undefined ? {} : { headers: { "x-forwarded-for": chain } }),
    });
  expect(await at("192.0.2.7")).toBe("permit");
  expect(await at("203.0.113.9", "192.0.2.7")).toBe("no_policy_matched");
  expect(await at("10.1.1.1", "192.0.2.7")).toBe("permit");
  expect(await at("10.1.1.1", "192.0.2.7, 203.0.113.9")).toBe("no_policy_matched");
  expect(await at("", "192.0.2.7")).toBe("permit");
  expect(await at("/run/envoy.sock")).toBe("undecided");
});

test("a check that asks about nothing is denied, and is no error to Envoy", async () => {
  const answers = await Promise.all(
    [{}, { attributes: {} }, { attributes: { request: {} } }].map((request) => check(request)),
  );
  expect(answers.map(({ status }) => status.code)).toEqual([7, 7, 7]);
});

test("CVE-2026-40575: who is no peer is denied", async () => {
  const proxies = [{ kind: "envoy-grpc", listen: "127.0.0.1:0", peers: ["192.0.2.1"] }];
  await using other = await ProxyRig.start(PROXY_POLICIES, { config: { proxies } });
  const stranger = clientOf(other);
  const { dynamic_metadata } = await ask({ host: "status.example.com" }, stranger);
  expect(dynamic_metadata.fields.reason?.stringValue).toBe("untrusted_peer");
  stranger.close();
});

test("a body of several megabytes that Envoy sends along is no error", async () => {
  const { status } = await ask({ host: "status.example.com", headers: { "x-large": "a".repeat(6_000_000) } });
  expect(status.code).toBe(0);
});
