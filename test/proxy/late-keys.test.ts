import { expect, test } from "bun:test";
import { compileIpSet } from "../../src/core/ip-set.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { applicationsOf } from "../../src/server/proxy/applications.ts";
import { contractOf } from "../../src/server/proxy/contract.ts";
import { createFindPerson } from "../../src/server/proxy/find-person.ts";
import { createIdentify } from "../../src/server/proxy/identify.ts";
import { policySetOf } from "../policies/support.ts";
import { NOW } from "../token/access-team.ts";
import { PROXY_POLICIES } from "./rig.ts";

const clock = () => NOW;
const never = new Promise<never>(() => {});
/** Of an issuer whose keys do not come. */
const BEARER = "Bearer an.id.token";

/** Finds people by keys that never come; `asked` tells for which tokens, in the order they were asked for. */
function findWithoutKeys() {
  const asked: string[] = [];
  const ask = (token: string) => {
    asked.push(token);
    return never;
  };
  const find = createFindPerson({
    access: { verifyApplication: ask },
    bearers: {
      verifier: { concerns: () => true, verify: ask },
      namesOf: () => ({ email: "email", groups: "groups", device: null }),
      providerOf: () => null,
    },
    clock,
    monotonic: clock,
  });
  return { find, asked };
}

test("the keys for all tokens of a request are waited for together", async () => {
  const { find, asked } = findWithoutKeys();
  const headers = new Map([
    ["cf-access-jwt-assertion", "assertion"],
    ["cookie", "CF_Authorization=one; CF_Authorization=two; CF_Authorization=assertion"],
    ["authorization", BEARER],
  ]);
  const finding = find(headers, "audience", () => 0);
  expect(asked.toSorted()).toEqual(["an.id.token", "assertion", "one", "two"]);
  expect((await finding).state).toBe("unavailable");
});

test("a linked application and a person are looked for together, and as long as there is time", async () => {
  const left: number[] = [];
  const identify = createIdentify({
    contract: contractOf("nginx", false),
    skipHops: compileIpSet([]),
    findPerson: (_headers, _audience, leftMs) => {
      left.push(leftMs());
      return never;
    },
    findLinkedApplication: (_headers, _applications, leftMs) => {
      left.push(leftMs());
      return never;
    },
    checkServiceToken: () => false,
    clock,
  });
  const applications = applicationsOf(createPolicyDirectory(policySetOf(PROXY_POLICIES)));
  const found = applications.index.find("wiki.example.com", "/");
  if (found.match !== "found") throw new Error("there is no application at wiki.example.com");
  const headers = new Map([["authorization", BEARER]]);
  const request = { method: "GET", scheme: "https", host: "wiki.example.com", target: "/" } as const;
  void identify({ ...request, headers, list: [] }, found.value, applications, () => 70);
  expect(left).toEqual([70, 70]);
});
