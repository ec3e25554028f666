import { type ImportResult, importExports } from "../../../src/config/import/import-exports.ts";
import { readPolicies } from "../../../src/config/policies/read-policies.ts";
import { readSource } from "../../../src/config/source.ts";
import { evaluate } from "../../../src/core/evaluate.ts";
import type { PolicySet } from "../../../src/core/model.ts";
import { createPolicyDirectory } from "../../../src/core/policy-directory.ts";
import { factsOfIdentity } from "../../../src/session/access-identity.ts";
import { personNamed } from "../../support/played-access.ts";
import { NOON } from "../../support/records.ts";
import { hold, type Target } from "../target.ts";
import { checkFaults } from "./places.ts";
import { POLICIES, RULES } from "./policies.ts";

const APPLICATION = {
  id: "3537a672-e4d8-4d89-aab9-26cb622918a1",
  uid: "3537a672-e4d8-4d89-aab9-26cb622918a1",
  name: "wiki",
  type: "self_hosted",
  domain: "wiki.example.com",
  self_hosted_domains: ["wiki.example.com"],
  allowed_idps: [],
  created_at: "2026-01-01T00:00:00Z",
  policies: [
    {
      id: "p1",
      name: "Staff",
      decision: "allow",
      precedence: 1,
      include: [{ email_domain: { domain: "example.com" } }],
      exclude: [{ email: { email: "mallory@example.com" } }],
      require: [],
    },
  ],
};

const PEOPLE = [
  personNamed("ada"),
  personNamed("mallory"),
  personNamed("eve", { email: "eve@evil.test", ip: "203.0.113.7" }),
  { service_token_status: true, service_token_id: "ci.access" },
  {},
];

export function importText(text: string): ImportResult {
  return importExports([readSource("export.json", text)]);
}

/** Exports: what is written down can be read, and lets in nobody whom the export itself would keep out. */
export function importTarget(read: (text: string) => ImportResult = importText): Target {
  return {
    name: "import",
    corpus: [
      JSON.stringify({ success: true, errors: [], result: [APPLICATION] }),
      JSON.stringify([APPLICATION]),
      JSON.stringify({ applications: [APPLICATION] }),
      POLICIES,
    ],
    dictionary: [
      ...RULES,
      '"result":',
      '"decision":"bypass"',
      '"decision":"deny",',
      '"exclude":[],',
      '"precedence":2,',
      '"destinations":[{"type":"public","uri":"x.test/a"}],',
      '"reusable":true,',
      '"app_count":1,',
      '"result_info":{"page":1,"total_pages":2},',
      '"type":"saas",',
      '{"group":{"id":"x"}}',
      "null",
      "[",
      "]",
      "{",
      "}",
      ",",
    ],
    check(text) {
      const { imported, faults } = read(text);
      checkFaults(faults, text);
      hold((imported === null) === faults.length > 0, "there is an import, or there are faults");
      if (imported === null) return false;
      const written = readPolicies(imported.files).policySet;
      hold(written !== null, "what is written down can be read");
      const direct = readPolicies([{ file: "export.json", text }]).policySet;
      if (direct !== null) {
        const permits = new Set(listPermits(direct));
        hold(
          listPermits(written).every((permit) => permits.has(permit)),
          "nobody is let in whom the export keeps out",
        );
      }
      return written.applications.length > 0;
    },
  };
}

/** Who of the people may enter which application, by its name. */
function listPermits(set: PolicySet): string[] {
  return [...createPolicyDirectory(set).policies.applications.values()].flatMap((application) =>
    PEOPLE.flatMap((person, index) => {
      const { outcome } = evaluate(application, factsOfIdentity({ ...person }, NOON), NOON);
      return outcome === "permit" ? [JSON.stringify([application.application.name, index])] : [];
    }),
  );
}
