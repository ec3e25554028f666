import { describe, expect, test } from "bun:test";
import { finder } from "../core/finder.ts";
import { entry } from "../core/naive-applications.ts";

/** A host that is open but for one path. */
const find = finder(
  entry("open", "shop.test", "/"),
  entry("closed", "shop.test", "/admin"),
  entry("open", "*.test", "/"),
);

const SPELLINGS: readonly (readonly [string, readonly string[]])[] = [
  [
    "Traefik CVE-2025-66490: letters and slashes encoded",
    ["/%61dmin/x", "/%61%64%6d%69%6E/x", "/admin%2fx", "/%2fadmin/x"],
  ],
  [
    "Traefik CVE-2025-47952: dots and slashes encoded",
    ["/x/..%2fadmin", "/x%2f..%2fadmin", "/x/%2e%2e%2Fadmin"],
  ],
  [
    "Traefik CVE-2025-32431: dot segments before a prefix",
    ["/x/../admin", "/./admin", "/admin/../admin/x", "/../admin"],
  ],
  [
    "Traefik CVE-2026-40912: a prefix with a slash too many",
    ["//admin", "///admin/x", "/admin//x", "/x/..//admin"],
  ],
  [
    "Traefik CVE-2026-48020: an encoding of an encoding",
    ["/%2561dmin", "/x/%252e%252e/admin", "/%25252561dmin"],
  ],
  [
    "Traefik CVE-2026-65600: a prefix that is cut off before it is looked at",
    ["/x/../../admin", "/..;/admin", "/x/..;a=b/admin"],
  ],
  [
    "Traefik CVE-2026-67309: a backslash for a slash",
    ["/x\\..\\admin", "/x/..%5cadmin", "\\admin", "/\\admin"],
  ],
  [
    "Oathkeeper CVE-2026-33495: what comes behind a query or a fragment",
    ["/admin?x=/open", "/admin%3f/../open", "/admin%23/../open", "/admin#/../open"],
  ],
];

describe("no spelling of a closed path leads past the door", () => {
  test.each(SPELLINGS)("%s", (_, targets) => {
    for (const target of targets) {
      for (const host of ["shop.test", "SHOP.test.", "Shop.Test:443"]) {
        expect([target, find(host, target)]).not.toEqual([target, "open"]);
      }
    }
  });

  test("the control: what is open is open in as many spellings", () => {
    for (const target of ["/", "/x", "/%78", "/x/../y", "/administrator", "/x?/admin", "/x//y"]) {
      expect([target, find("shop.test", target)]).toEqual([target, "open"]);
    }
  });
});
