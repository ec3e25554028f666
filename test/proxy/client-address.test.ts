import { expect, test } from "bun:test";
import { compileIpSet } from "../../src/core/ip-set.ts";
import { createFindClient } from "../../src/server/proxy/client-address.ts";

test("an address that was seen before is as old as the request that names it now", () => {
  const findClient = createFindClient(compileIpSet([]));
  const [first, second] = [findClient("192.0.2.1", 1_000), findClient("192.0.2.1", 2_000)];
  expect<object>(second).toEqual({ ...first, learntAt: 2_000 });
});

test("what is no chain of addresses stays unknown, however often it comes", () => {
  const findClient = createFindClient(compileIpSet([]));
  for (const chain of ["", undefined, "192.0.2.1, unknown", "", undefined, "192.0.2.1, unknown"])
    expect(findClient(chain, 1_000)).toMatchObject({
      state: "unknown",
      why: chain ? "malformed" : "missing",
    });
});
