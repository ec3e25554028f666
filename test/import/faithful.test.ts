import { expect, test } from "bun:test";
import fc from "fast-check";
import { policySetOf, withoutPlaces } from "../policies/support.ts";
import { application, importOf, loadImported, textOf } from "./support.ts";

/** Texts that YAML could take for something else, or break. */
const text = fc.oneof(
  fc
    .string({ unit: "binary", minLength: 1 })
    .filter((drawn) => !drawn.includes("\0") && drawn.isWellFormed()),
  fc.constantFrom(
    "yes",
    "NO",
    "1e3",
    "0x1F",
    "~",
    "null",
    "- a",
    "a: b",
    "a #b",
    "'",
    '"',
    "\r\n",
    "a\n\n  b",
    "%",
    "@x",
    "!tag",
    "&a",
    "*a",
    " x ",
    "\u2028",
    "\u0085",
    "\ufeff",
  ),
);

test("whatever names and values hold comes back as it was", () => {
  fc.assert(
    fc.property(text, text, text, (name, value, message) => {
      const saml = { saml: { attribute_name: name, attribute_value: value } };
      const policies = [{ id: value, name, decision: "allow", include: [saml], exclude: [saml] }];
      const exported = application(name, "wiki.example.com", {
        policies,
        custom_deny_message: message,
        tags: [value, name],
      });
      const { applications } = loadImported(importOf({ "a.json": exported }));
      const before = policySetOf(JSON.stringify({ applications: [exported] })).applications;
      expect(withoutPlaces(applications)).toEqual(withoutPlaces(before));
    }),
    { numRuns: 150 },
  );
}, 180_000);

test("line breaks come back as they were", () => {
  for (const message of ["a\r\nb", "a\rb", "a\u2028b", "a\n\nb\n"]) {
    const exported = application("wiki", "wiki.example.com", { custom_deny_message: message });
    const [wiki] = loadImported(importOf({ "a.json": exported })).applications;
    expect(wiki?.customDenyMessage).toBe(message);
  }
});

test("a name beside an id stays on its line, whatever it holds", () => {
  const name = "A\nB: # \u2028 { [";
  const groups = ["g1", "g2"].map((id) => ({ id, name, include: [{ everyone: {} }] }));
  const imported = importOf({
    "g.json": groups,
    "p.json": { id: "p", name: "P", decision: "allow", include: [{ group: { id: "g2" } }] },
  });
  expect(textOf(imported, "policies.yaml")).toContain("{ group: { id: g2 } } # A B: # { [\n");
});
