import { describe, expect, test } from "bun:test";
import { toRedisStoreError } from "../../src/store/redis-error.ts";
import { StoreError, type StoreErrorCode } from "../../src/store/store.ts";

const REPLIES: readonly (readonly [reply: string, code: StoreErrorCode])[] = [
  ["WRONGTYPE Operation against a key holding the wrong kind of value", "store_corrupt"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "store_full"],
  ["NOAUTH Authentication required.", "store_misconfigured"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "store_misconfigured"],
  ["NOPERM this user has no permissions to run the 'get' command", "store_misconfigured"],
  ["READONLY You can't write against a read only replica.", "store_unavailable"],
  ["LOADING Redis is loading the dataset in memory", "store_unavailable"],
  ["MISCONF Redis is configured to save RDB snapshots", "store_unavailable"],
  ["NOREPLICAS Not enough good replicas to write.", "store_unavailable"],
  ["CLUSTERDOWN Hash slot not served", "store_unavailable"],
  ["Command timed out", "store_unavailable"],
  ["a reply of a Redis that is yet to come", "store_unavailable"],
];

describe("a failure of Redis", () => {
  test.each(REPLIES)("%j has a code of its own, and its cause", (reply, code) => {
    const cause = new Error(reply);
    const error = toRedisStoreError(cause);
    expect(error.code).toBe(code);
    expect(error.cause).toBe(cause);
  });

  test("stays as it is where it is known already", () => {
    const error = new StoreError("store_corrupt", "known");
    expect(toRedisStoreError(error)).toBe(error);
  });

  test("that is no error at all is still a failure", () => {
    expect(toRedisStoreError(undefined).code).toBe("store_unavailable");
    expect(toRedisStoreError("WRONGTYPE").code).toBe("store_unavailable");
  });

  test("carries no arguments of the command, neither its own nor those of the node that failed", () => {
    const command = { name: "hello", args: ["3", "AUTH", "someone", "topsecret"] };
    const own = Object.assign(new Error("NOAUTH Authentication required."), { command });
    const ofNode = Object.assign(new Error("WRONGPASS invalid"), { command });
    const wrapper = Object.assign(new Error("Failed to refresh slots cache."), { lastNodeError: ofNode });
    expect(toRedisStoreError(own).code).toBe("store_misconfigured");
    expect(toRedisStoreError(wrapper).code).toBe("store_misconfigured");
    expect(own).not.toHaveProperty("command");
    expect(ofNode).not.toHaveProperty("command");
  });
});
