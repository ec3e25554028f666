import { describe, expect, test } from "bun:test";
import { messagesOf, policySetOf, withoutPlaces } from "./support.ts";

const IDP = "a5bc3a60-e11f-4aae-a109-c3d7404953ca";

function applicationOf(keys: string) {
  return policySetOf(`applications: [ { name: wiki, ${keys} } ]`).applications[0];
}

function destinationsOf(keys: string): readonly string[] | undefined {
  return applicationOf(keys)?.destinations.map(({ host, path }) => host + path);
}

describe("an application", () => {
  test("is read with everything that decides", () => {
    const application = policySetOf(`
applications:
  - id: 7335d417
    name: Wiki
    type: self_hosted
    aud: 97e2aae1
    domain: wiki.example.com/eng
    allowed_idps: [ ${IDP} ]
    session_duration: 0s
    options_preflight_bypass: true
    service_auth_401_redirect: true
    read_service_tokens_from_header: Authorization
    custom_deny_url: https://example.com/denied
    custom_non_identity_deny_url: https://example.com/forbidden
    custom_deny_message: Ask the helpdesk
    tags: [ internal ]
    acknowledge: { nobody-can-match: opens next month }
`).applications[0];
    expect(withoutPlaces(application)).toEqual({
      id: "7335d417",
      name: "Wiki",
      type: "self_hosted",
      audience: "97e2aae1",
      destinations: [{ host: "wiki.example.com", path: "/eng" }],
      policies: [],
      allowedIdps: [IDP],
      sessionDurationMs: 0,
      optionsPreflightBypass: true,
      serviceAuth401Redirect: true,
      serviceTokenHeader: "authorization",
      customDenyUrl: "https://example.com/denied",
      customNonIdentityDenyUrl: "https://example.com/forbidden",
      customDenyMessage: "Ask the helpdesk",
      tags: ["internal"],
      acknowledge: new Map([["nobody-can-match", "opens next month"]]),
    });
  });

  test("of which nothing else is said is self-hosted, without audience, for every login method", () => {
    expect(withoutPlaces(applicationOf("domain: wiki.example.com"))).toEqual({
      id: "wiki",
      name: "wiki",
      type: "self_hosted",
      audience: null,
      destinations: [{ host: "wiki.example.com", path: "/" }],
      policies: [],
      allowedIdps: [],
      sessionDurationMs: null,
      optionsPreflightBypass: false,
      serviceAuth401Redirect: false,
      serviceTokenHeader: null,
      customDenyUrl: null,
      customNonIdentityDenyUrl: null,
      customDenyMessage: null,
      tags: [],
      acknowledge: new Map(),
    });
  });
});

describe("where an application lives", () => {
  test("destinations override domain and self_hosted_domains, and all of them count", () => {
    const keys =
      "domain: old.example.com, self_hosted_domains: [ old.example.com ], " +
      "destinations: [ { type: public, uri: a.example.com }, { uri: b.example.com/x* } ]";
    expect(destinationsOf(keys)).toEqual(["a.example.com/", "b.example.com/x*"]);
  });

  test("domain and self_hosted_domains count together, each once", () => {
    const keys =
      "domain: a.example.com, self_hosted_domains: [ a.example.com, A.example.com/*, b.example.com ], destinations: []";
    expect(destinationsOf(keys)).toEqual(["a.example.com/", "b.example.com/"]);
  });

  test.each([
    ["example.com", "example.com/"],
    ["example.com/*", "example.com/"],
    ["WIKI.Example.com/Eng/", "wiki.example.com/Eng"],
    ["'*.example.com/alpha/*'", "*.example.com/alpha/*"],
    ["'*test.example.com'", "*test.example.com/"],
    ["example.com/foo*/bar", "example.com/foo*/bar"],
    ["bücher.example", "xn--bcher-kva.example/"],
  ])("%s is %s", (domain, destination) => {
    expect(destinationsOf(`domain: ${domain}`)).toEqual([destination]);
  });

  test.each(["saas", "bookmark"])("a %s application lives elsewhere", (type) => {
    expect(destinationsOf(`type: ${type}, domain: "https://elsewhere.example/"`)).toEqual([]);
  });

  test("an application that is only ever asked about by name needs no domain", () => {
    expect(destinationsOf("domain: null")).toEqual([]);
  });

  const HOST = "expected a host such as wiki.example.com, with at most one * between two dots";
  const PATH = "expected a path such as /eng, with at most one * between two slashes and no dot segments";
  test.each([
    ["https://wiki.example.com", "a scheme does not belong here; start with the host"],
    ["wiki.example.com:8443/eng", "a port plays no part; remove it: every port of the host is meant"],
    ["wiki.example.com/eng?x=1", "a query or fragment plays no part; end with the path"],
    ["wiki.example.com/eng#top", "a query or fragment plays no part; end with the path"],
    ["*a*.example.com", HOST],
    ["wiki example.com", HOST],
    ["/eng", HOST],
    ["wiki.example.com/foo*bar*baz", PATH],
    ["wiki.example.com/a/../b", PATH],
  ])("%s is refused", (domain, message) => {
    expect(messagesOf(`applications: [ { name: wiki, domain: "${domain}" } ]`)).toEqual([
      `applications[0].domain: ${message}`,
    ]);
  });

  test("a public destination needs a uri", () => {
    expect(messagesOf("applications: [ { name: wiki, destinations: [ { type: public } ] } ]")).toEqual([
      "applications[0].destinations[0]: the uri is missing; write a host and perhaps a path",
    ]);
  });
});

describe("two applications", () => {
  const two = (a: string, b: string) =>
    `applications:\n  - { name: a, domain: "${a}" }\n  - { name: b, domain: "${b}" }\n`;

  test.each([
    ["wiki.example.com/eng", "WIKI.example.com/eng/"],
    ["a*.example.com", "*b.example.com"],
    ["example.com/a*/ccc", "example.com/ab*/cc"],
  ])("that could both decide a request are refused: %s and %s", (a, b) => {
    const [message, ...others] = messagesOf(two(a, b));
    expect(message).toEndWith(
      ' of the application "a" at policies.yaml:2:24 as much as here; make one more specific',
    );
    expect(others).toEqual([]);
  });

  test.each([
    ["wiki.example.com/admin", "wiki.example.com/admin/specific"],
    ["wiki.example.com", "*.example.com"],
    ["example.com/a/*", "example.com/b/*"],
  ])("of which one is more specific stand side by side: %s and %s", (a, b) => {
    expect(messagesOf(two(a, b))).toEqual([]);
  });

  test("cannot share an audience: a token for one would open the other", () => {
    const text =
      "applications:\n  - { name: a, aud: x1 }\n  - { name: b, aud: x1 }\n  - { name: c, aud: '' }\n  - { name: d, aud: '' }\n";
    expect(messagesOf(text)).toEqual([
      'the application "a" at policies.yaml:2:5 has the same aud; each needs its own',
    ]);
  });
});
