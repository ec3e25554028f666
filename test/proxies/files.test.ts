import { describe, expect, test } from "bun:test";
import { parse } from "yaml";
import { readFiles } from "../meta/source-files.ts";

const files = await readFiles("docs/proxies/*");
const HEADERS = ["Verdict", "User", "Subject", "Groups", "Decision", "Decision-Id"].map(
  (part) => `X-Postern-${part}`,
);

function textOf(name: string): string {
  return files.find(({ path }) => path === `docs/proxies/${name}`)?.text ?? "";
}

/** Everything under a key anywhere in a document. */
function* valuesAt(key: string, node: unknown): Generator<unknown> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    if (name === key) yield value;
    yield* valuesAt(key, value);
  }
}

function valuesIn(name: string, key: string): readonly unknown[] {
  return [...valuesAt(key, parse(textOf(name)))];
}

describe("the configurations of proxies", () => {
  test("are all named on their page", () => {
    const names = files.map(({ path }) => path.replace("docs/proxies/", ""));
    const page = textOf("README.md");
    const others = names.filter((name) => name !== "README.md");
    expect(others.filter((name) => !page.includes(`(${name})`))).toEqual([]);
    expect(others.length).toBeGreaterThanOrEqual(9);
  });

  // Envoy is told by Postern itself which headers to set.
  test.each(["nginx.conf", "Caddyfile", "postern.lua", "traefik.yaml", "ingress-nginx.yaml"])(
    "%s hands on every header of a permit, so that none is the client's",
    (name) => {
      const text = textOf(name).toLowerCase();
      expect(HEADERS.filter((header) => !text.includes(header.toLowerCase()))).toEqual([]);
    },
  );

  test("Traefik trusts no forwarded header of a client, and has the check on every router", () => {
    expect(valuesIn("traefik.yaml", "trustForwardHeader")).toEqual([false]);
    expect(valuesIn("traefik.yaml", "authResponseHeaders")).toEqual([HEADERS]);
    for (const router of Object.values(parse(textOf("traefik.yaml")).http.routers)) {
      expect(router).toMatchObject({ middlewares: expect.arrayContaining(["postern"]) });
    }
  });

  test("Envoy permits nobody while Postern is down, and hears no client about itself", () => {
    expect(valuesIn("envoy.yaml", "failure_mode_allow")).toEqual([false]);
    expect(valuesIn("envoy.yaml", "use_remote_address")).toEqual([true]);
    expect(valuesIn("envoy.yaml", "xff_num_trusted_hops")).toEqual([0]);
    expect(valuesIn("envoy.yaml", "forward_client_cert_details")).toEqual(["SANITIZE"]);
    expect(valuesIn("envoy.yaml", "headers_with_underscores_action")).toEqual(["REJECT_REQUEST"]);
    expect(valuesIn("envoy.yaml", "http_filters")).toEqual([
      [
        expect.objectContaining({ name: "envoy.filters.http.ext_authz" }),
        expect.objectContaining({ name: "envoy.filters.http.router" }),
      ],
    ]);
  });

  test("ingress-nginx caches no permit, and asks for all of them", () => {
    const { metadata } = parse(textOf("ingress-nginx.yaml"));
    const annotations = Object.keys(metadata.annotations).map((name) => name.split("/")[1]);
    expect(annotations.toSorted()).toEqual([
      "auth-method",
      "auth-response-headers",
      "auth-signin",
      "auth-signin-redirect-param",
      "auth-url",
    ]);
  });
});
