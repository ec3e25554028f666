import { describe, expect, test } from "bun:test";
import { StoreError } from "../../src/store/store.ts";
import { parseStoreUrl, type StoreLocation } from "../../src/store/store-url.ts";

const LOCAL = { host: "localhost", port: 6379 };

const GOOD: readonly (readonly [url: string, location: StoreLocation])[] = [
  ["memory:", { driver: "memory" }],
  ["sqlite:./postern.db", { driver: "sqlite", path: "./postern.db" }],
  ["sqlite:/var/lib/postern/a b.db", { driver: "sqlite", path: "/var/lib/postern/a b.db" }],
  ["redis://localhost", redis({ kind: "single", node: LOCAL, database: 0 })],
  ["redis://localhost:6380/3", redis({ kind: "single", node: { ...LOCAL, port: 6380 }, database: 3 })],
  ["redis://[::1]:6380/", redis({ kind: "single", node: { host: "::1", port: 6380 }, database: 0 })],
  [
    "redis://:p%40ss%3Aw%2Frd@localhost",
    redis({ kind: "single", node: LOCAL, database: 0 }, { credentials: { password: "p@ss:w/rd" } }),
  ],
  [
    "redis://user:a@b:c@localhost",
    redis(
      { kind: "single", node: LOCAL, database: 0 },
      { credentials: { username: "user", password: "a@b:c" } },
    ),
  ],
  ["rediss://localhost", redis({ kind: "single", node: LOCAL, database: 0 }, { tls: {} })],
  [
    "rediss://localhost?ca=/etc/ssl/our%20ca.pem",
    redis({ kind: "single", node: LOCAL, database: 0 }, { tls: { caFile: "/etc/ssl/our ca.pem" } }),
  ],
  [
    "redis+sentinel://user:secret@a,b:26380,[::1]/main?sentinel_username=su&sentinel_password=sp",
    redis(
      {
        kind: "sentinel",
        nodes: [
          { host: "a", port: 26379 },
          { host: "b", port: 26380 },
          { host: "::1", port: 26379 },
        ],
        name: "main",
        credentials: { username: "su", password: "sp" },
      },
      { credentials: { username: "user", password: "secret" } },
    ),
  ],
  [
    "rediss+cluster://a:7000,b?ca=ca.pem",
    redis(
      {
        kind: "cluster",
        nodes: [
          { host: "a", port: 7000 },
          { host: "b", port: 6379 },
        ],
      },
      { tls: { caFile: "ca.pem" } },
    ),
  ],
];

const BAD: readonly (readonly [url: string, message: RegExp])[] = [
  ["", /unknown kind of store: write one of memory:/],
  ["postgres://user:topsecret@localhost", /unknown kind of store/],
  ["memory:x", /unknown kind of store/],
  ["memory", /unknown kind of store/],
  ["Redis://localhost", /unknown kind of store/],
  ["sqlite:", /needs a file/],
  ["sqlite::memory:", /needs a file/],
  ["sqlite://postern.db", /a path and no host/],
  ["sqlite:a.db?mode=ro", /without options/],
  ["redis://", /each Redis host/],
  ["redis://localhost:0", /each Redis host/],
  ["redis://localhost:65536", /each Redis host/],
  ["redis://::1", /each Redis host/],
  ["redis://:top/secret@localhost", /each Redis host|percent-encoded/],
  ["redis://topsecret@localhost", /USER:PASSWORD@HOST/],
  ["redis://:%topsecret@localhost", /%25/],
  ["redis://a,b", /takes one host/],
  ["redis://localhost/main", /the database is a number/],
  ["redis://localhost?topsecret=1", /unknown option .* takes none/],
  ["redis://localhost?ca=x.pem", /unknown option/],
  ["rediss://localhost?ca=", /exactly one value/],
  ["rediss://localhost?ca=a&ca=b", /exactly one value/],
  ["redis+sentinel://a,b,c", /needs the primary's name/],
  ["redis+cluster://a,b,c/1", /only one/],
  ["redis+cluster://a,,c", /each Redis host/],
  ["redis+unix://x", /unknown kind of store/],
];

describe("the store URL", () => {
  test.each(GOOD)("%s is understood", (url, location) => {
    expect(parseStoreUrl(url)).toEqual(location);
  });

  test.each(BAD)("%j is refused with a reason, and never with what it holds", (url, message) => {
    const refusal = refusalOf(url);
    expect(refusal.code).toBe("store_misconfigured");
    expect(refusal.message).toMatch(message);
    expect(refusal.message).not.toContain("topsecret");
  });
});

function redis(
  topology: Extract<StoreLocation, { driver: "redis" }>["topology"],
  rest: Partial<Extract<StoreLocation, { driver: "redis" }>> = {},
): StoreLocation {
  return { driver: "redis", topology, credentials: {}, ...rest };
}

function refusalOf(url: string): StoreError {
  try {
    parseStoreUrl(url);
  } catch (error) {
    if (error instanceof StoreError) return error;
  }
  throw new Error("the URL was accepted");
}
