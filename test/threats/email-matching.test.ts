import { describe, expect, test } from "bun:test";
import { parseEmail } from "../../src/core/email.ts";
import { allowing, askPolicies, askPolicy, excluding, identityOf } from "./ask.ts";

const COMPANY = allowing("{ email_domain: { domain: company.com } }");
const ask = (email: unknown, policy = COMPANY) => askPolicy(policy, identityOf({ email }));

test("the control: members of the company are let in, however they write their address", () => {
  for (const email of ["x@company.com", "X@COMPANY.com", "x+notes@company.com"])
    expect(ask(email)).toBe("permit");
});

describe("nobody else is let in as @company.com", () => {
  const strangers: readonly (readonly [string, unknown])[] = [
    ["another domain with the same ending", "x@notcompany.com"],
    ["a longer domain", "x@company.com.evil.net"],
    ["CVE-2026-40574: two @, the company last", "x@evil.net@company.com"],
    ["CVE-2026-40574: two @, the company first", "x@company.com@evil.net"],
    ["a quoted local part", '"x@company.com"@evil.net'],
    ["a NUL", "x@company.com\u0000.evil.net"],
    ["a line feed", "x@company.com\n"],
    ["a subdomain", "x@sub.company.com"],
    ["a dot at the end", "x@company.com."],
    ["a Cyrillic look-alike", "x@соmpany.com"],
    ["an ideographic full stop", "x@company。com"],
    ["a letter that NFKC folds", "x@ᶜompany.com"],
    ["an escape", "x@company.com%00"],
    ["a list", ["x@company.com"]],
    ["a list of two", ["x@evil.net", "x@company.com"]],
    ["an object", { address: "x@company.com", domain: "company.com" }],
    ["an object that turns into text", { toString: "x@company.com" }],
    ["a number", 7],
    ["nothing", ""],
    ["more than 320 characters", `${"x".repeat(321)}@company.com`],
  ];

  test.each(strangers)("%s", (_, email) => {
    expect(ask(email)).not.toBe("permit");
  });

  test.each(strangers.filter(([, email]) => parseEmail(email) === null))(
    "nor does who cannot be read escape where the company is excluded: %s",
    (_, email) => {
      expect(ask(email, excluding("{ email_domain: { domain: company.com } }"))).toBe("undecided");
    },
  );

  test.each([
    ["Kelvin sign", "\u212aelvin.com", "kelvin.com"],
    ["dotless i", "ıdea.com", "idea.com"],
    ["long s", "ſun.com", "sun.com"],
  ])("case folding ends with ASCII: %s", (_, domain, folded) => {
    const policy = allowing(`{ email_domain: { domain: ${folded} } }`);
    expect(ask(`x@${domain}`, policy)).not.toBe("permit");
    expect(ask("\u212a@kelvin.com", allowing("{ email: { email: k@kelvin.com } }"))).toBe("undecided");
  });

  test("Auth0's normalisation, Gmail's dots and tags: other spellings are other people", () => {
    const policy = allowing("{ email: { email: ada@company.com } }");
    for (const email of ["a.da@company.com", "ada+x@company.com", "ada@company.com "]) {
      expect(ask(email, policy)).not.toBe("permit");
    }
  });

  test("Istio CVE-2026-39350: what a policy names is no pattern: dots, stars and brackets are themselves", () => {
    expect(ask("x@companyxcom")).toBe("no_policy_matched");
    const rule = allowing("{ email: { email: a.c@company.com } }");
    expect(ask("abc@company.com", rule)).toBe("no_policy_matched");
    const group = allowing("{ okta: { name: '.*', identity_provider_id: login } }");
    const idps = "identity_providers: [ { id: login, name: Okta, type: okta } ]";
    expect(askPolicy(group, identityOf({ groups: ["admins"] }), idps)).toBe("no_policy_matched");
    expect(askPolicy(group, identityOf({ groups: [".*"] }), idps)).toBe("permit");
  });
});

describe("an address in a list", () => {
  const listed = (...values: readonly string[]) => `
applications:
  - { name: wiki, domain: wiki.company.com, policies: [ ${allowing("{ email_list: { id: staff } }")} ] }
lists: [ { name: staff, type: EMAIL, items: [ ${values.map((value) => `{ value: "${value}" }`).join(", ")} ] } ]`;

  test.each([1, 99, 101, 10_000])("Caddy CVE-2026-27588: is judged alike in a list of %p", (size) => {
    const values = Array.from({ length: size }, (_, index) => `X${index}@Company.com`);
    const text = listed(...values);
    expect(askPolicies(text, identityOf({ email: `x${size - 1}@COMPANY.com` }))).toBe("permit");
    expect(askPolicies(text, identityOf({ email: `x${size}@company.com` }))).toBe("no_policy_matched");
  });
});
