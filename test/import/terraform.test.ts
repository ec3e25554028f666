import { describe, expect, test } from "bun:test";
import { importOf, loadImported, refusalsOf } from "./support.ts";

function stateOf(...resources: readonly (readonly [type: string, values: object])[]) {
  const listed = resources.map(([type, values]) => ({ address: `${type}.x`, type, values }));
  return { format_version: "1.0", values: { root_module: { resources: listed } } };
}

const rulesOf = (include: readonly object[]) => {
  const imported = importOf({
    "state.json": stateOf(["cloudflare_access_group", { id: "g", name: "G", include }]),
  });
  expect(refusalsOf(imported)).toEqual([]);
  return loadImported(imported).groups[0]?.include.map(({ place: _, ...rule }) => rule);
};

describe("rules of version 4 are split, one selector and one value each", () => {
  const IDP = "a5bc3a60-e11f-4aae-a109-c3d7404953ca";
  const table: readonly (readonly [object, readonly object[]])[] = [
    [
      { email: ["a@b.com", "c@d.com"] },
      [
        { selector: "email", email: "a@b.com" },
        { selector: "email", email: "c@d.com" },
      ],
    ],
    [{ everyone: true, certificate: false, geo: [] }, [{ selector: "everyone" }]],
    [{ any_valid_service_token: true }, [{ selector: "any_valid_service_token" }]],
    [
      { common_name: "", common_names: ["a", "b"] },
      [
        { selector: "common_name", commonName: "a" },
        { selector: "common_name", commonName: "b" },
      ],
    ],
    [
      { common_name: "z", common_names: ["a"] },
      [
        { selector: "common_name", commonName: "z" },
        { selector: "common_name", commonName: "a" },
      ],
    ],
    [{ auth_method: "mfa" }, [{ selector: "auth_method", method: "mfa" }]],
    [
      { azure: [{ id: ["x", "y"], identity_provider_id: IDP }] },
      [
        { selector: "azureAD", id: "x", idp: IDP },
        { selector: "azureAD", id: "y", idp: IDP },
      ],
    ],
    [
      { github: [{ name: "acme", teams: [], identity_provider_id: IDP }] },
      [{ selector: "github-organization", organization: "acme", team: null, idp: IDP }],
    ],
    [
      { github: [{ name: "acme", teams: ["core"], identity_provider_id: "" }] },
      [{ selector: "github-organization", organization: "acme", team: "core", idp: null }],
    ],
    [{ okta: [{ name: ["eng"], identity_provider_id: IDP }] }, [{ selector: "okta", name: "eng", idp: IDP }]],
    [
      { gsuite: [{ email: ["g@b.com"], identity_provider_id: IDP }] },
      [{ selector: "gsuite", email: "g@b.com", idp: IDP }],
    ],
  ];
  test.each(table)("%j", (block, rules) => expect<unknown>(rulesOf([block])).toEqual(rules));
});

describe("rules of version 5 have one selector and null for all others", () => {
  test("under names with underscores, and an early name of the identity provider", () => {
    const IDP = "a5bc3a60-e11f-4aae-a109-c3d7404953ca";
    expect<unknown>(
      rulesOf([
        { azure_ad: { id: "x", connection_id: IDP }, email: null },
        { github_organization: { name: "acme", team: null, identity_provider_id: IDP } },
        { everyone: {}, geo: null },
      ]),
    ).toEqual([
      { selector: "azureAD", id: "x", idp: IDP },
      { selector: "github-organization", organization: "acme", team: null, idp: IDP },
      { selector: "everyone" },
    ]);
  });
});

describe("applications of Terraform", () => {
  const app = {
    id: "a",
    name: "Wiki",
    domain: "wiki.example.com",
    type: "self_hosted",
    zone_id: "z",
    account_id: null,
  };
  const rules = { include: [{ everyone: true }], exclude: [], require: null };

  test("name reusable policies by id, in order; own ones name the application", () => {
    const policy = (id: string, more: object) =>
      ["cloudflare_access_policy", { id, name: id, decision: "allow", ...rules, ...more }] as const;
    const imported = importOf({
      "state.json": stateOf(
        ["cloudflare_access_application", { ...app, policies: ["p2", "p1"], cors_headers: [] }],
        policy("p1", { application_id: null }),
        policy("p2", { application_id: "" }),
        [
          "cloudflare_zero_trust_access_application",
          { ...app, id: "b", name: "Blog", domain: "blog.example.com", policies: null },
        ],
        policy("p3", { application_id: "b", precedence: 2 }),
        policy("p4", { application_id: "b", precedence: 1, approval_group: [] }),
      ),
    });
    expect(refusalsOf(imported)).toEqual([]);
    const { applications } = loadImported(imported);
    expect(applications.map(({ policies }) => policies.map(({ id }) => id))).toEqual([
      ["p2", "p1"],
      ["p4", "p3"],
    ]);
  });

  test("are refused for what stands in a block, as for what stands in an object", () => {
    const cors = {
      ...app,
      policies: [],
      options_preflight_bypass: true,
      cors_headers: [{ allow_all_origins: true }],
    };
    expect(
      refusalsOf(importOf({ "state.json": stateOf(["cloudflare_access_application", cors]) }))[0],
    ).toStartWith("Wiki: options_preflight_bypass:");
  });

  test("whose policy names an application that is not there are told of", () => {
    const policy = { id: "p", name: "Lost", decision: "deny", ...rules, application_id: "gone" };
    const imported = importOf({ "state.json": stateOf(["cloudflare_access_policy", policy]) });
    expect(refusalsOf(imported)).toEqual([
      "Lost: a policy of an application that is not here; import the application too",
    ]);
  });
});

describe("lists of Terraform", () => {
  test("have plain items in version 4, and those with a description apart", () => {
    const values = {
      id: "l",
      name: "L",
      type: "IP",
      items: ["192.0.2.1"],
      items_with_description: [{ value: "192.0.2.2", description: "VPN" }],
    };
    const imported = importOf({ "state.json": stateOf(["cloudflare_teams_list", values]) });
    expect(loadImported(imported).lists[0]?.values).toEqual(["192.0.2.1", "192.0.2.2"]);
  });
});

describe("posture rules of Terraform", () => {
  const importRule = (type: string, input: unknown) =>
    importOf({
      "state.json": stateOf([
        "cloudflare_device_posture_rule",
        { id: "p", name: "P", type, input, schedule: "5m" },
      ]),
    });
  const checkOf = (type: string, input: unknown) =>
    loadImported(importRule(type, input)).postureRules[0]?.check;

  test("have inputs with underscores throughout", () => {
    expect<unknown>(
      checkOf("disk_encryption", { check_disks: ["C:"], require_all: true, exists: null }),
    ).toEqual({
      type: "disk_encryption",
      disks: ["C:"],
      requireAll: true,
    });
    expect<unknown>(
      checkOf("kolide", { connection_id: "c", count_operator: "<", issue_count: "1" }),
    ).toMatchObject({
      conditions: [{ field: "issue_count", operator: "<", value: 1 }],
    });
  });

  test("have every key of every type in version 4, with nothing in it", () => {
    const unset = {
      exists: false,
      id: "",
      active_threats: 0,
      check_disks: [],
      locations: [],
      require_all: false,
    };
    const input = { ...unset, operating_system: "mac", operator: ">=", version: "14.2" };
    expect<unknown>(checkOf("os_version", [input])).toMatchObject({ type: "os_version", version: "14.2" });
  });

  test("are refused where version 4 does not tell false from not set", () => {
    const imported = importRule("file", [{ operating_system: "mac", path: "/x", exists: false }]);
    expect(refusalsOf(imported)).toEqual([
      "P: input.exists: Terraform (version 4) writes the same where it is not set; export the rule from the API",
    ]);
  });

  test("are refused where one key is given in both spellings", () => {
    const imported = importRule("disk_encryption", { requireAll: true, require_all: false });
    expect(refusalsOf(imported)[0]).toContain('unknown key "require_all"');
  });
});
