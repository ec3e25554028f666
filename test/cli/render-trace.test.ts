import { describe, expect, test } from "bun:test";
import { renderTrace } from "../../src/cli/render-trace.ts";
import { traceToJson } from "../../src/cli/trace-to-json.ts";
import type { RuleTrace, Trace } from "../../src/core/decision.ts";
import { absent, known, unknown } from "../../src/core/fact.ts";
import { applicationNamed, NOON, NOWHERE, permitBy, policyNamed, said } from "../support/records.ts";

const PLAIN = { color: false, width: 100 };

const email = { address: "ann@example.com", domain: "example.com" };
const emailFact = { name: "identity.email", fact: known(email, said("access", 120_000)) } as const;

function ruleTrace(label: string, verdict: RuleTrace["verdict"], with_: Partial<RuleTrace> = {}): RuleTrace {
  const rule = { selector: "everyone", place: NOWHERE } as const;
  return { rule, label, verdict, why: null, facts: [], lists: null, ...with_ };
}

const engineers = policyNamed("Engineers on healthy laptops");
const wiki = applicationNamed("wiki");

/** A device whose disk nobody could ask about. */
const undecided: Trace = {
  application: wiki,
  decision: { outcome: "deny", reason: "undecided", policy: null, effect: null, cause: "unknown" },
  policies: [
    {
      policy: policyNamed("Status page", { effect: "bypass" }),
      reached: true,
      verdict: "no_match",
      withheld: null,
      lists: {
        include: [
          ruleTrace("country is FR", "no_match", {
            facts: [{ name: "network.country", fact: known("PT", said("geoip", 3_600_000)) }],
          }),
        ],
        require: [],
        exclude: [],
      },
    },
    {
      policy: engineers,
      reached: true,
      verdict: "unknown",
      withheld: null,
      lists: {
        include: [
          ruleTrace('group "engineering"', "match", {
            lists: {
              include: [ruleTrace("e-mail ends in @example.com", "match", { facts: [emailFact] })],
              require: [],
              exclude: [
                ruleTrace("member of account 17", "no_match", {
                  facts: [
                    {
                      name: "identity.account_memberships",
                      fact: known(new Set(["3", "4"]), said("access"), false),
                    },
                  ],
                }),
              ],
            },
          }),
        ],
        require: [
          ruleTrace('posture "disk-encrypted"', "unknown", {
            why: "timeout",
            facts: [
              { name: "device.disks", fact: unknown("timeout", "intune") },
              { name: "device.asserted_posture:disk", fact: unknown("not_provided") },
            ],
          }),
        ],
        exclude: [
          ruleTrace("any service token", "no_match", {
            facts: [{ name: "credential.service_token", fact: absent(said("request")) }],
          }),
        ],
      },
    },
  ],
};

const permit: Trace = {
  application: wiki,
  decision: permitBy(engineers),
  policies: [
    {
      policy: engineers,
      reached: true,
      verdict: "match",
      withheld: null,
      lists: { include: [ruleTrace("everyone", "match")], require: [], exclude: [] },
    },
    { policy: policyNamed("Everyone else", { effect: "deny" }), reached: false },
  ],
};

describe("a trace", () => {
  test("of a denial shows what was unknown, why, and how old the facts are", () => {
    expect(renderTrace(undecided, NOON, PLAIN)).toBe(
      `
DENY  wiki
a policy that might have permitted could not be decided
├─ ✗ Bypass “Status page” does not match
│  └─ include (any of)
│     └─ ✗ country is FR
│        └─ network.country: PT (geoip, 1 h old)
└─ ? Allow “Engineers on healthy laptops” cannot be decided
   ├─ include (any of)
   │  └─ ✓ group "engineering"
   │     ├─ include (any of)
   │     │  └─ ✓ e-mail ends in @example.com
   │     │     └─ identity.email: ann@example.com (access, 2 min old)
   │     └─ exclude (none of)
   │        └─ ✗ member of account 17
   │           └─ identity.account_memberships: ["3","4"] (access, just now, only a part of the set)
   ├─ require (all of)
   │  └─ ? posture "disk-encrypted": the source did not answer in time
   │     ├─ device.disks: unknown to intune
   │     └─ device.asserted_posture:disk: unknown: no source provides it
   └─ exclude (none of)
      └─ ✗ any service token
         └─ credential.service_token: none (request, just now)
`.trim(),
    );
  });

  test("of a permit names the policy that decided and those that were not reached", () => {
    expect(renderTrace(permit, NOON, PLAIN)).toBe(
      `
PERMIT  wiki
an Allow policy matched: Engineers on healthy laptops
├─ ✓ Allow “Engineers on healthy laptops” matches
│  └─ include (any of)
│     └─ ✓ everyone
└─ · Block “Everyone else”: not reached
`.trim(),
    );
  });

  test("in colour says the same: green permits, red denies, what was not reached is dim", () => {
    const colored = renderTrace(permit, NOON, { color: true, width: 100 });
    expect(Bun.stripANSI(colored)).toBe(renderTrace(permit, NOON, PLAIN));
    expect(colored).toContain("\u001b[32mPERMIT");
    expect(colored).toContain("\u001b[32m✓");
    expect(colored).toContain("\u001b[2m· Block “Everyone else”: not reached");
    expect(renderTrace(undecided, NOON, { color: true, width: 100 })).toContain("\u001b[31mDENY");
  });

  test.each([
    ["no_person", "unknown", "it needs a person, and nobody is known to have logged in"],
    ["idp_not_allowed", "no_match", "the application does not accept the login method that was used"],
    ["idp_unknown", "unknown", "the application asks for a login method, and which was used is unknown"],
  ] as const)("tells why a policy whose rules match was withheld: %s", (withheld, verdict, sentence) => {
    const lists = { include: [ruleTrace("everyone", "match")], require: [], exclude: [] };
    const policies = [{ policy: engineers, reached: true, verdict, withheld, lists }] as const;
    const text = renderTrace({ ...undecided, policies }, NOON, { color: false, width: 200 });
    expect(text).toContain(`: ${sentence}`);
  });

  test("cannot be forged by a value that holds terminal controls or line breaks", () => {
    const hostile = known("\u001b[2K\n└─ ✓ forged", said("plugin"));
    const lists = {
      include: [ruleTrace("own attribute", "no_match", { facts: [{ name: "own.note", fact: hostile }] })],
      require: [],
      exclude: [],
    };
    const policies = [
      { policy: engineers, reached: true, verdict: "no_match", withheld: null, lists },
    ] as const;
    const text = renderTrace({ ...undecided, policies }, NOON, PLAIN);
    expect(text).not.toContain("\u001b");
    expect(text).toContain("\\u001b[2K\\u000a└─ ✓ forged");
  });
});

describe("a trace as JSON", () => {
  test("is the whole tree, for scripts", () => {
    const json = JSON.parse(JSON.stringify(traceToJson(undecided, NOON)));
    expect(json).toMatchObject({
      application: "wiki",
      application_id: "id-of-wiki",
      decision: "deny",
      reason: "undecided",
      cause: "unknown",
      policy: null,
    });
    const [, engineersJson] = json.policies;
    expect(engineersJson).toMatchObject({
      policy: "Engineers on healthy laptops",
      reached: true,
      verdict: "unknown",
    });
    expect(engineersJson.require[0]).toEqual({
      selector: "everyone",
      label: 'posture "disk-encrypted"',
      verdict: "unknown",
      why: "timeout",
      facts: [
        { name: "device.disks", source: "intune", state: "unknown", why: "timeout" },
        { name: "device.asserted_posture:disk", source: "", state: "unknown", why: "not_provided" },
      ],
    });
    expect(engineersJson.include[0].rules.include[0].facts).toEqual([
      { name: "identity.email", source: "access", state: "known", age_ms: 120_000, value: "ann@example.com" },
    ]);
  });

  test("tells a policy that was not reached", () => {
    expect(traceToJson(permit, NOON).policies[1]).toEqual({
      policy: "Everyone else",
      policy_id: "everyone-else",
      effect: "deny",
      reached: false,
    });
  });
});
