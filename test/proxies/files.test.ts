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
  test.each(["nginx.conf", "Caddyfile", "postern.lua", "traefik-postern.yaml", "ingress-nginx.yaml"])(
    "%s hands on every header of a permit, so that none is the client's",
    (name) => {
      const text = textOf(name).toLowerCase();
      expect(HEADERS.filter((header) => !text.includes(header.toLowerCase()))).toEqual([]);
    },
  );

  test("Traefik trusts no forwarded header of a client, and has the check on every entry point", () => {
    expect(valuesIn("traefik-postern.yaml", "trustForwardHeader")).toEqual([false]);
    expect(valuesIn("traefik-postern.yaml", "authResponseHeaders")).toEqual([HEADERS]);
    const entryPoints = Object.values(parse(textOf("traefik.yaml")).entryPoints);
    for (const entryPoint of entryPoints) {
      expect(entryPoint).toMatchObject({ http: { middlewares: expect.arrayContaining(["postern@file"]) } });
      expect(entryPoint).not.toHaveProperty("forwardedHeaders");
    }
  });

  test.each([
    ["envoy.yaml", "SANITIZE"],
    ["envoy-http.yaml", "SANITIZE_SET"],
  ])("%s permits nobody while Postern is down, and hears no client about itself", (name, certificates) => {
    expect(valuesIn(name, "failure_mode_allow")).toEqual([false]);
    expect(valuesIn(name, "use_remote_address")).toEqual([true]);
    expect(valuesIn(name, "xff_num_trusted_hops")).toEqual([0]);
    expect(valuesIn(name, "forward_client_cert_details")).toEqual([certificates]);
    expect(valuesIn(name, "headers_with_underscores_action")).toEqual(["REJECT_REQUEST"]);
    expect(valuesIn(name, "encode_raw_headers")).toEqual([true]);
    expect(valuesIn(name, "http_filters")).toEqual([
      [
        expect.objectContaining({ name: "envoy.filters.http.ext_authz" }),
        expect.objectContaining({ name: "envoy.filters.http.router" }),
      ],
    ]);
  });

  test("ingress-nginx caches no permit, and asks for all of them", () => {
    const [ingress = ""] = textOf("ingress-nginx.yaml").split("---\n");
    const { metadata } = parse(ingress);
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
