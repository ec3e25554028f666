import { describe, expect, test } from "bun:test";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";

function directoryOf(...applications: readonly object[]) {
  const everyone = { name: "everyone", decision: "allow", include: [{ everyone: {} }] };
  const file = {
    applications: applications.map((application) => ({ policies: [everyone], ...application })),
  };
  const { policySet } = readPolicies([{ file: "policies.yaml", text: JSON.stringify(file) }]);
  return createPolicyDirectory(policySet ?? expect.unreachable());
}

describe("an application is found", () => {
  const directory = directoryOf(
    { id: "a1", name: "wiki", domain: "wiki.example.com" },
    { id: "a2", name: "status", domain: "status.example.com" },
    { id: "a3", name: "status", domain: "status.example.org" },
  );

  test("by its id", () => {
    expect(directory.findByName("a2")?.application.id).toBe("a2");
  });

  test("by a name that only it has", () => {
    expect(directory.findByName("wiki")?.application.id).toBe("a1");
  });

  test.each(["status", "nothing", "", "__proto__", "constructor"])("but not by %p", (name) => {
    expect(directory.findByName(name)).toBeNull();
  });

  test("without a name only where there is no other", () => {
    expect(directory.only).toBeNull();
    expect(directoryOf({ name: "wiki", domain: "wiki.example.com" }).only?.application.name).toBe("wiki");
    expect(directoryOf().only).toBeNull();
  });
});
