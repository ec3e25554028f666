import { describe, expect, test } from "bun:test";
import { objectsFoundBy, wikiWith } from "./support.ts";

const PIN_AND_OKTA = `
identity_providers:
  - { id: pin, type: onetimepin }
  - { id: okta, name: Okta, type: okta }`;

const EVALUATION =
  "external_evaluation: { evaluate_url: 'https://e.example.com/', keys_url: 'https://e.example.com/keys' }";

const policy = (decision: string, lists: string) => `{ name: P, decision: ${decision}, ${lists} }`;

interface Row {
  readonly policies: readonly string[];
  readonly beside?: string;
  readonly application?: string;
}

const isFound = (rule: string, { policies, beside, application }: Row) =>
  objectsFoundBy(rule, wikiWith(policies, beside, application)).includes("P");

describe("anyone can enter", () => {
  const found: Readonly<Record<string, Row>> = {
    "by an Allow for everyone": { policies: [policy("allow", "include: [{ everyone: {} }]")] },
    "by a Bypass for everyone": { policies: [policy("bypass", "include: [{ everyone: {} }]")] },
    "by a Service Auth for everyone": { policies: [policy("service_auth", "include: [{ everyone: {} }]")] },
    "by a Bypass for all addresses": { policies: [policy("bypass", "include: [{ ip: { ip: 0.0.0.0/0 } }]")] },
    "by an Allow for the one-time PIN": {
      policies: [policy("allow", "include: [{ login_method: { id: pin } }]")],
      beside: PIN_AND_OKTA,
    },
    "by everyone among others": {
      policies: [policy("allow", "include: [{ email: { email: ann@example.com } }, { everyone: {} }]")],
    },
    "though a few are excluded": {
      policies: [
        policy("allow", "include: [{ everyone: {} }], exclude: [{ email: { email: eve@example.com } }]"),
      ],
    },
    "through a group": {
      policies: [policy("allow", "include: [{ group: { id: G } }]")],
      beside: "groups: [{ name: G, include: [{ everyone: {} }] }]",
    },
    "though a few are blocked before": {
      policies: [
        "{ name: Not Eve, decision: block, include: [{ email: { email: eve@example.com } }] }",
        policy("allow", "include: [{ everyone: {} }]"),
      ],
    },
    "though the PIN is one of the login methods allowed": {
      policies: [policy("allow", "include: [{ everyone: {} }]")],
      application: "allowed_idps: [okta, pin]",
      beside: PIN_AND_OKTA,
    },
  };
  test.each(Object.entries(found))("%s", (_, row) => {
    expect(isFound("anyone-can-enter", row)).toBe(true);
  });

  const notFound: Readonly<Record<string, Row>> = {
    "where a Require narrows it": {
      policies: [
        policy("allow", "include: [{ everyone: {} }], require: [{ email_domain: { domain: example.com } }]"),
      ],
    },
    "where the Exclude is a way to say who is meant": {
      policies: [policy("allow", "include: [{ everyone: {} }], exclude: [{ group: { id: Strangers } }]")],
      beside:
        "groups: [{ name: Strangers, include: [{ everyone: {} }], exclude: [{ email_domain: { domain: example.com } }] }]",
    },
    "where a Block before it leaves only a few": {
      policies: [
        "{ name: Strangers, decision: block, include: [{ everyone: {} }], exclude: [{ email_domain: { domain: example.com } }] }",
        policy("allow", "include: [{ everyone: {} }]"),
      ],
    },
    "where only the company's login is allowed": {
      policies: [policy("allow", "include: [{ everyone: {} }]")],
      application: "allowed_idps: [okta]",
      beside: PIN_AND_OKTA,
    },
    "where the login method is the company's": {
      policies: [policy("allow", "include: [{ login_method: { id: okta } }]")],
      beside: PIN_AND_OKTA,
    },
    "where a Bypass excludes people, for it then never matches": {
      policies: [
        policy("bypass", "include: [{ everyone: {} }], exclude: [{ email: { email: eve@example.com } }]"),
      ],
    },
    "where a Bypass for everyone comes before, which is reported itself": {
      policies: [
        "{ name: Open, decision: bypass, include: [{ everyone: {} }] }",
        policy("allow", "include: [{ everyone: {} }]"),
      ],
    },
    "where it contradicts itself": {
      policies: [policy("bypass", "include: [{ ip: { ip: 0.0.0.0/0 } }], require: [{ ip: { ip: '::/0' } }]")],
    },
    "by a Block": { policies: [policy("block", "include: [{ everyone: {} }]")] },
  };
  test.each(Object.entries(notFound))("but not %s", (_, row) => {
    expect(isFound("anyone-can-enter", row)).toBe(false);
  });
});

describe("an External Evaluation fails open at Cloudflare", () => {
  const GROUPS = `
groups:
  - { name: Says yes, include: [{ ${EVALUATION} }] }
  - { name: Does not say yes, include: [{ everyone: {} }], exclude: [{ group: { id: Says yes } }] }`;
  const everyone = "include: [{ everyone: {} }]";

  const rows: readonly (readonly [decision: string, lists: string, found: boolean])[] = [
    ["allow", `${everyone}, exclude: [{ ${EVALUATION} }]`, true],
    ["bypass", `${everyone}, exclude: [{ ${EVALUATION} }]`, true],
    ["service_auth", `${everyone}, exclude: [{ ${EVALUATION} }]`, true],
    ["block", `include: [{ ${EVALUATION} }]`, true],
    ["block", `${everyone}, require: [{ ${EVALUATION} }]`, true],
    ["allow", `${everyone}, exclude: [{ group: { id: Says yes } }]`, true],
    ["allow", "include: [{ group: { id: Does not say yes } }]", true],
    ["block", `${everyone}, exclude: [{ group: { id: Does not say yes } }]`, true],
    ["allow", `include: [{ ${EVALUATION} }]`, false],
    ["allow", `${everyone}, require: [{ ${EVALUATION} }]`, false],
    ["block", `${everyone}, exclude: [{ ${EVALUATION} }]`, false],
    ["block", "include: [{ group: { id: Does not say yes } }]", false],
    ["allow", `${everyone}, exclude: [{ group: { id: Does not say yes } }]`, false],
  ];
  test.each(rows)("%s with %s: %p", (decision, lists, found) => {
    expect(
      isFound("external-evaluation-fails-open", { policies: [policy(decision, lists)], beside: GROUPS }),
    ).toBe(found);
  });
});

describe("where nobody is asked who they are", () => {
  const GROUPS = `
groups:
  - { name: Staff, include: [{ email_domain: { domain: example.com } }] }
  - { name: Staff or robots, include: [{ email_domain: { domain: example.com } }, { any_valid_service_token: {} }] }`;
  const rows: readonly (readonly [lists: string, found: boolean])[] = [
    ["include: [{ email_domain: { domain: example.com } }]", true],
    ["include: [{ ip: { ip: 192.0.2.0/24 } }, { okta: { name: engineers } }]", true],
    ["include: [{ certificate: {} }], require: [{ auth_method: { auth_method: mfa } }]", true],
    ["include: [{ certificate: {} }], exclude: [{ email: { email: eve@example.com } }]", true],
    ["include: [{ group: { id: Staff } }]", true],
    ["include: [{ certificate: {} }], exclude: [{ group: { id: Staff or robots } }]", true],
    ["include: [{ group: { id: Staff or robots } }]", false],
    ["include: [{ certificate: {} }], require: [{ group: { id: Staff or robots } }]", false],
    ["include: [{ ip: { ip: 192.0.2.0/24 } }], exclude: [{ geo: { country_code: PT } }]", false],
  ];
  for (const decision of ["bypass", "service_auth"])
    test.each(rows)(`a ${decision} policy with %s asks for a person: %p`, (lists, found) => {
      expect(
        isFound("identity-rule-in-bypass", { policies: [policy(decision, lists)], beside: GROUPS }),
      ).toBe(found);
    });

  test("an Allow policy may ask for the person", () => {
    const row = { policies: [policy("allow", "include: [{ email: { email: ann@example.com } }]")] };
    expect(isFound("identity-rule-in-bypass", row)).toBe(false);
  });
});

describe("credentials", () => {
  const BESIDE = `
service_tokens: [{ name: T, client_id: t.access }]
groups:
  - { name: Robots, include: [{ service_token: { token_id: T } }] }
  - { name: Staff or robots, include: [{ email_domain: { domain: example.com } }, { any_valid_service_token: {} }] }
  - { name: Credentials, include: [{ service_token: { token_id: T } }, { certificate: {} }] }`;
  const domain = "include: [{ email_domain: { domain: example.com } }]";

  const tokens: readonly (readonly [decision: string, lists: string, found: boolean])[] = [
    ["allow", "include: [{ service_token: { token_id: T } }]", true],
    ["allow", `${domain}, require: [{ any_valid_service_token: {} }]`, true],
    ["allow", "include: [{ group: { id: Robots } }]", true],
    ["allow", "include: [{ group: { id: Staff or robots } }]", false],
    ["allow", `${domain}, exclude: [{ any_valid_service_token: {} }]`, false],
    ["block", "include: [{ service_token: { token_id: T } }]", false],
    ["service_auth", "include: [{ service_token: { token_id: T } }]", false],
  ];
  test.each(tokens)("%s with %s asks a person for a service token: %p", (decision, lists, found) => {
    const row = { policies: [policy(decision, lists)], beside: BESIDE };
    expect(isFound("service-token-in-allow", row)).toBe(found);
  });

  const range = "include: [{ ip: { ip: 192.0.2.0/24 } }]";
  const credentials: readonly (readonly [decision: string, lists: string, found: boolean])[] = [
    ["service_auth", range, true],
    ["service_auth", "include: [{ geo: { country_code: PT } }, { certificate: {} }]", true],
    ["service_auth", "include: [{ certificate: {} }]", false],
    ["service_auth", "include: [{ common_name: { common_name: build } }]", false],
    ["service_auth", "include: [{ linked_app_token: { app_uid: wiki } }]", false],
    ["service_auth", `${range}, require: [{ group: { id: Credentials } }]`, false],
    ["service_auth", "include: [{ group: { id: Credentials } }]", false],
    ["bypass", range, false],
  ];
  test.each(credentials)("%s with %s can be met without a credential: %p", (decision, lists, found) => {
    const row = { policies: [policy(decision, lists)], beside: BESIDE };
    expect(isFound("service-auth-without-credential", row)).toBe(found);
  });

  const buckets: readonly (readonly [tags: string, lists: string, found: boolean])[] = [
    ["tags: [r2]", "include: [{ certificate: {} }]", true],
    ["tags: [R2]", `${range}, exclude: [{ common_name: { common_name: stolen } }]`, true],
    ["tags: [r2]", `${range}, require: [{ group: { id: Credentials } }]`, false],
    ["tags: [s3]", "include: [{ certificate: {} }]", false],
  ];
  test.each(buckets)(
    "an application with %s and %s asks a bucket for a certificate: %p",
    (tags, lists, found) => {
      const row = { policies: [policy("service_auth", lists)], application: tags, beside: BESIDE };
      expect(isFound("certificate-on-bucket", row)).toBe(found);
    },
  );
});
