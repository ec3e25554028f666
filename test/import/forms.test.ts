import { describe, expect, test } from "bun:test";
import {
  APP_ID,
  allow,
  application,
  faultsOf,
  GROUP_ID,
  importOf,
  LIST_ID,
  loadImported,
  refusalsOf,
  textOf,
} from "./support.ts";

const GROUP = {
  id: GROUP_ID,
  name: "Contractors",
  include: [{ email_list: { id: LIST_ID } }],
  require: [],
  exclude: [],
};
const LIST = { id: LIST_ID, name: "Contractors", type: "EMAIL", count: 1 };
const ITEMS = [{ value: "ann@example.com", description: "Ann", created_at: "2026" }];

describe("a file is told by its shape", () => {
  const section = (value: unknown) => importOf({ "export.json": value }).files.map(({ section }) => section);
  const table: readonly (readonly [string, object, string])[] = [
    ["an application", application("wiki", "wiki.example.com"), "applications"],
    ["a SaaS application", { name: "CRM", type: "saas", saas_app: {} }, "applications"],
    ["a policy", allow("Staff"), "policies"],
    ["a group", { name: "Staff", include: [{ everyone: {} }] }, "groups"],
    ["a list", { ...LIST, items: ITEMS }, "lists"],
    ["a posture rule", { id: "p", name: "WARP", type: "warp" }, "posture_rules"],
    ["an identity provider", { id: "i", type: "onetimepin", name: "", config: {} }, "identity_providers"],
    [
      "a service token",
      { id: "t", name: "Robot", client_id: "1.access", duration: "8760h" },
      "service_tokens",
    ],
    [
      "a certificate",
      { id: "c", name: "Root", fingerprint: "MD5", associated_hostnames: [] },
      "certificates",
    ],
  ];
  test.each(table)("%s, alone, in a list, in an envelope", (_, object, expected) => {
    expect<unknown>(section(object)).toEqual([expected]);
    expect<unknown>(section([object])).toEqual([expected]);
    expect<unknown>(section({ result: object, success: true, errors: [], messages: [] })).toEqual([expected]);
    expect<unknown>(section({ success: true, result: [object] })).toEqual([expected]);
  });

  test("and one that holds several kinds is taken as well", () => {
    expect(
      section({ groups: [{ ...GROUP, include: [{ everyone: {} }] }], lists: [{ ...LIST, items: ITEMS }] }),
    ).toEqual(["groups", "lists"]);
  });
});

describe("what the API hands out in parts is put together", () => {
  test("lists and their items, in a file with the list's id in its name", () => {
    const imported = importOf({
      "lists.json": [LIST],
      [`items-${LIST_ID}.json`]: { result: [ITEMS], success: true },
    });
    expect(textOf(imported, "lists.yaml")).toBe(
      `lists:
  - name: Contractors
    id: ${LIST_ID}
    type: EMAIL
    items: [ { value: ann@example.com, description: Ann } ]
`,
    );
  });

  test("but items that are fewer than the list counts are refused", () => {
    const imported = importOf({ "lists.json": [{ ...LIST, count: 2 }], [`${LIST_ID}.json`]: ITEMS });
    expect(refusalsOf(imported)).toEqual([
      "Contractors: the list comes with 1 of 2 items; export it with all of them, or write items: []",
    ]);
  });

  test("also where the items come with a list of their own", () => {
    const imported = importOf({
      "lists.json": [{ ...LIST, count: 2 }],
      "list.json": { ...LIST, count: undefined, items: ITEMS },
    });
    expect(refusalsOf(imported)).toHaveLength(1);
    expect(refusalsOf(importOf({ "lists.json": [LIST], "list.json": { ...LIST, items: ITEMS } }))).toEqual(
      [],
    );
  });

  test("and items of which nobody says the list are refused", () => {
    const { refused } = importOf({ "lists.json": [{ ...LIST, count: 0 }], "items.json": ITEMS });
    expect(refused.map(({ kind, place }) => [kind, place.file])).toEqual([[null, "items.json"]]);
  });

  test("applications and their own policies, in order of precedence", () => {
    const { policies: _, ...app } = application("wiki", "wiki.example.com", { id: APP_ID });
    const own = [allow("Second", { precedence: 2 }), allow("First", { precedence: 1, decision: "deny" })];
    const imported = importOf({
      "apps.json": [app],
      [`policies-${APP_ID}.json`]: { result: own, success: true },
    });
    const [wiki] = loadImported(imported).applications;
    expect(wiki?.policies.map(({ name, effect }) => [name, effect])).toEqual([
      ["First", "deny"],
      ["Second", "allow"],
    ]);
  });

  test("a policy that stands apart takes the place of its link; one that is there already counts once", () => {
    const [linked, there] = [allow("Linked", { precedence: 1 }), allow("There", { precedence: 2 })];
    const app = application("wiki", "wiki.example.com", {
      id: APP_ID,
      policies: [{ id: linked.id, precedence: 1 }, there],
    });
    const imported = importOf({
      "apps.json": [app],
      [`${APP_ID}.json`]: [linked, { ...there, created_at: "2026" }],
    });
    expect(refusalsOf(imported)).toEqual([]);
    expect(loadImported(imported).applications[0]?.policies.map(({ name }) => name)).toEqual([
      "Linked",
      "There",
    ]);
  });

  test("an application that comes without policies is told of, as it lets nobody in", () => {
    const { notes } = importOf({ "apps.json": [application("wiki", "wiki.example.com", { policies: [] })] });
    expect(notes.map(({ message }) => message)).toEqual([
      'the application "wiki" came without policies, and lets nobody in',
    ]);
  });
});

describe("names stand in for ids", () => {
  test("where only one object has the name", () => {
    const imported = importOf({ "groups.json": [GROUP], "lists.json": [{ ...LIST, items: ITEMS }] });
    expect(textOf(imported, "groups.yaml")).toContain("{ email_list: { id: Contractors } }");
    expect(imported.renamed).toEqual([{ kind: "lists", id: LIST_ID, name: "Contractors" }]);
  });

  test("else the id stays, with the name beside it", () => {
    const lists = [
      { ...LIST, items: ITEMS },
      { ...LIST, id: "other", items: ITEMS },
    ];
    const imported = importOf({ "groups.json": [GROUP], "lists.json": lists });
    expect(textOf(imported, "groups.yaml")).toContain(`{ email_list: { id: ${LIST_ID} } } # Contractors`);
  });

  test("a reusable policy is written once, and named by its applications", () => {
    const staff = allow("Staff", { reusable: true, precedence: 1 });
    const imported = importOf({
      "apps.json": [
        application("wiki", "wiki.example.com", { policies: [staff] }),
        application("blog", "blog.example.com", { policies: [{ id: staff.id, precedence: 1 }] }),
      ],
      "policies.json": [{ ...staff, precedence: 0, app_count: 2 }],
    });
    expect(textOf(imported, "wiki.yaml")).toContain("policies: [ Staff ]");
    expect(textOf(imported, "blog.yaml")).toContain("policies: [ Staff ]");
    expect(loadImported(imported).policies.map(({ name }) => name)).toEqual(["Staff"]);
  });
});

describe("files get names that lead nowhere else", () => {
  test.each([
    ["../../etc/passwd", "etc-passwd.yaml"],
    ["///", "application.yaml"],
    ["Groups", "groups-2.yaml"],
    [".hidden", "hidden.yaml"],
    ["wiki.test", "wiki-test.yaml"],
    ["A\nB\u202e", "a-b.yaml"],
  ])("%j", (name, file) => {
    expect(importOf({ "a.json": application(name, "a.example.com") }).files.map((each) => each.file)).toEqual(
      [file],
    );
  });
});

describe("input that cannot be used is a fault at its place", () => {
  test.each([
    ["broken JSON", '{"result": [', "export.json:1:13  wrong indentation"],
    [
      "an error of the API",
      '{\n "success": false, "errors": [{"code": 10000}], "result": null }',
      "export.json:2:13  the API answered with an error",
    ],
    ["no objects", '"hello"', "export.json:1:1  expected objects of Cloudflare's API"],
    [
      "other objects",
      '[{"id": "x", "ray": 3}]',
      "export.json:1:1  nothing here is a part of Access policies",
    ],
    ["a list of texts", '["a"]', "export.json:1:2  expected an object of Cloudflare's API"],
    ["nothing", "", "export.json:1:1  expected objects of Cloudflare's API"],
  ])("%s", (_, text, fault) => {
    expect(faultsOf({ "export.json": text })[0]).toStartWith(fault);
  });

  const page = (number: number, total: number) => ({
    result: [allow(`Policy ${number}`)],
    success: true,
    result_info: { page: number, per_page: 1, count: 1, total_count: total },
  });

  test("a page is missing: the Block that counts may stand on it", () => {
    expect(faultsOf({ "1.json": page(1, 3), "2.json": page(2, 3) })).toEqual([
      "1.json:1:131  2 of 3 objects are here; export every page, and import their files together",
    ]);
    expect(faultsOf({ "1.json": page(1, 2), "2.json": page(2, 2) })).toEqual([]);
    expect(faultsOf({ "1.json": page(1, 2), "copy.json": page(1, 2) })).toHaveLength(1);
  });
});
