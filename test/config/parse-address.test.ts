import { describe, expect, test } from "bun:test";
import { addressesClash, parseListenAddress, parsePeers } from "../../src/config/parse-address.ts";

describe("listen addresses", () => {
  test.each([
    ["127.0.0.1:8080", { kind: "tcp", host: "127.0.0.1", port: 8080 }],
    ["0.0.0.0:0", { kind: "tcp", host: "0.0.0.0", port: 0 }],
    ["[::1]:8080", { kind: "tcp", host: "::1", port: 8080 }],
    ["LocalHost:80", { kind: "tcp", host: "localhost", port: 80 }],
    ["unix:/run/postern.sock", { kind: "unix", path: "/run/postern.sock" }],
  ] as const)("%s", (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
  });

  test.each([
    "",
    "8080",
    ":8080",
    "*:8080",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "256.0.0.1:80",
    "1.2.3:80",
    "010.0.0.1:80",
    "::1:8080",
    "[::1]",
    "[127.0.0.1]:80",
    "http://127.0.0.1:80",
    "a b:80",
    "unix:",
    "unix:postern.sock",
  ])("%j is none", (text) => {
    expect(parseListenAddress(text)).toBeNull();
  });
});

describe("listeners that contend for one address", () => {
  test.each([
    ["127.0.0.1:80", "127.0.0.1:80", true],
    ["127.0.0.1:80", "127.0.0.1:81", false],
    ["127.0.0.1:80", "127.0.0.2:80", false],
    ["0.0.0.0:80", "127.0.0.1:80", true],
    ["[::]:80", "10.0.0.1:80", true],
    ["[0:0:0:0:0:0:0:0]:80", "10.0.0.1:80", true],
    ["localhost:80", "127.0.0.1:80", true],
    ["localhost:80", "10.0.0.1:80", false],
    ["127.0.0.1:0", "127.0.0.1:0", false],
    ["unix:/a", "unix:/a", true],
    ["unix:/a", "unix:/b", false],
    ["unix:/a", "127.0.0.1:80", false],
  ] as const)("%s and %s: %p", (one, other, clash) => {
    const [a, b] = [parseListenAddress(one), parseListenAddress(other)];
    if (a === null || b === null) throw new Error("the test's own address is malformed");
    expect(addressesClash(a, b)).toBe(clash);
    expect(addressesClash(b, a)).toBe(clash);
  });
});

describe("peers", () => {
  test.each([
    ["10.0.0.7", "10.0.0.7/32"],
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["::1", "::1/128"],
    ["::ffff:10.0.0.1/104", "10.0.0.0/8"],
  ])("%s is %s", (text, canonical) => {
    expect(parsePeers(text)?.text).toBe(canonical);
  });

  test.each(["0.0.0.0/0", "::/0", "10.0.0.0/0", "::ffff:0:0/96"])("%s would trust everybody", (text) => {
    expect(() => parsePeers(text)).toThrow("a /0 trusts everybody");
  });

  test.each(["", "10.0.0", "010.0.0.1", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/8/8", "fe80::1%eth0", "nginx"])(
    "%j is none",
    (text) => {
      expect(parsePeers(text)).toBeNull();
    },
  );
});
