import { expect, test } from "bun:test";
import { REDIS_COMMANDS } from "../../src/store/redis-acl.ts";
import { parseStoreUrl } from "../../src/store/store-url.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { blocksOf, codeOf, readPage, rowsOf, sectionOf } from "./pages.ts";

/** Making RSA keys takes its time on a machine that is busy. */
const TIMEOUT_MS = 180_000;

const page = await readPage("docs/operating.md");

test("the Redis user of the page may do what Postern does, and nothing else", () => {
  const [acl] = blocksOf(page).filter(({ language }) => language === "text");
  const [, ...allowed] = acl?.text.trim().split(/\s+\+/) ?? [];
  expect(allowed).toEqual([...REDIS_COMMANDS]);
  expect(acl?.text).toStartWith("ACL SETUSER postern on >PASSWORD ~postern:* &postern:* -@all\n");
});

test.each(rowsOf(sectionOf(page, "Redis")).map(([address]) => codeOf(address)))(
  "the address %s is understood",
  (address) => {
    const url = address.replaceAll(/[[\]]/g, "").replace("…", "HOST").replace("DATABASE", "0");
    expect(parseStoreUrl(url).driver).toBe("redis");
  },
);

test(
  "the page has every check of /readyz, and every path of the admin listener answers",
  async () => {
    const service = await TestService.start(TEAM_POLICIES);
    try {
      const rows = rowsOf(sectionOf(page, "Health")).map(([first]) => codeOf(first));
      const { checks } = JSON.parse((await service.admin("/readyz")).text);
      const names = checks.map(({ name }: { name: string }) => name);
      expect(rows.filter((row) => !row.startsWith("/"))).toEqual(names);
      for (const path of rows.filter((row) => row.startsWith("/"))) {
        expect((await service.admin(path, { role: "viewer" })).status).toBeLessThan(404);
      }
    } finally {
      await service.stop();
    }
  },
  TIMEOUT_MS,
);
