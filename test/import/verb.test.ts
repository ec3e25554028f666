import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Workspace } from "../support/run-verb.ts";
import { application } from "./support.ts";

const WIKI = JSON.stringify([
  application("Team wiki", "wiki.example.com", { logo_url: "https://x.example" }),
]);
const REFUSED = JSON.stringify([
  application("Admin", "wiki.example.com/admin", { enable_binding_cookie: true }),
]);

describe("postern import", () => {
  test("writes policy files, tells what it did, and ends with 0", async () => {
    using workspace = new Workspace();
    await workspace.write({ "apps.json": WIKI });
    const { code, out, err } = await workspace.run(["import", "apps.json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(`Left out
  application  logo_url  decides nothing  × 1

Kept
  application  × 1  policies/team-wiki.yaml  1 new

✓ 1 object imported, nothing refused
`);
    expect(await workspace.read("policies/team-wiki.yaml")).toBe(`applications:
  - name: Team wiki
    id: id of Team wiki
    aud: aud of Team wiki
    domain: wiki.example.com
    policies:
      - name: in Team wiki
        id: id of in Team wiki
        decision: allow
        include: [ { everyone: {} } ]
`);
  });

  test("ends with 1 where something was refused, and says where and why", async () => {
    using workspace = new Workspace();
    await workspace.write({ "apps.json": WIKI, "admin.json": REFUSED });
    const { code, out } = await workspace.run(["import", "apps.json", "admin.json", "--out", "new"]);
    expect(code).toBe(1);
    expect(out).toContain(
      "admin.json:1:2  application “Admin”: enable_binding_cookie: only Cloudflare's edge can check the binding cookie",
    );
    expect(out).toEndWith(
      "✗ 1 object imported, 1 refused; new/not-imported.yaml lets nobody in where refused applications live\n",
    );
    expect((await readdir(join(workspace.folder, "new"))).toSorted()).toEqual([
      "not-imported.yaml",
      "team-wiki.yaml",
    ]);
  });

  test("ends with 2 where the input cannot be used, and writes nothing", async () => {
    using workspace = new Workspace();
    await workspace.write({ "apps.json": WIKI, "broken.json": '{ "success": false }' });
    const { code, err } = await workspace.run(["import", "apps.json", "broken.json", "missing.json"]);
    expect(code).toBe(2);
    expect(err).toMatch(/^broken\.json:1:14\s+the API answered with an error/m);
    expect(err).toMatch(/^missing\.json\s+the file cannot be read/m);
    expect((await readdir(workspace.folder)).toSorted()).toEqual(["apps.json", "broken.json"]);
  });

  test("overwrites nothing, unless it is told to; the same bytes are no matter", async () => {
    using workspace = new Workspace();
    await workspace.write({ "apps.json": WIKI, "policies/mine.yaml": "groups: []" });
    const again = ["import", "apps.json"];
    expect((await workspace.run(again)).err).toContain(
      "policies holds other policy files, which are loaded too: mine.yaml",
    );
    expect((await workspace.run(again)).out).toContain("policies/team-wiki.yaml  1 same");

    await workspace.write({ "policies/team-wiki.yaml": "mine" });
    const { code, err } = await workspace.run(again);
    expect(code).toBe(2);
    expect(err).toEndWith(
      "holds team-wiki.yaml with other content, and nothing was written: use another folder, or --force\n",
    );
    expect(await workspace.read("policies/team-wiki.yaml")).toBe("mine");
    expect((await workspace.run([...again, "--force"])).out).toContain("policies/team-wiki.yaml  1 replaced");
  });

  test("tells scripts the same", async () => {
    using workspace = new Workspace();
    await workspace.write({ "apps.json": WIKI, "admin.json": REFUSED });
    const { code, out } = await workspace.run(["import", "apps.json", "admin.json", "--json"]);
    expect(code).toBe(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ ok: false, out: "policies" });
    expect(report.refused).toMatchObject([{ kind: "applications", name: "Admin", line: 1, column: 2 }]);
    expect(report.files.map(({ file, state }: { file: string; state: string }) => [file, state])).toEqual([
      ["not-imported.yaml", "new"],
      ["team-wiki.yaml", "new"],
    ]);
    expect(report.left_out).toEqual([{ kind: "applications", key: "logo_url", objects: 1, secret: false }]);
  });
});
