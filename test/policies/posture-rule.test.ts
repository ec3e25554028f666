import { describe, expect, test } from "bun:test";
import type { PostureCheck } from "../../src/core/model.ts";
import { messagesOf, policySetOf, withoutPlaces } from "./support.ts";

const LISTS = `
lists:
  - { id: serials, name: laptops, type: SERIAL, items: [ { value: jdR44P3d } ] }
  - { id: phones, name: phones, type: DEVICE, items: [] }
  - { id: staff, name: staff, type: EMAIL, items: [] }
`;

function fileWith(type: string, input: string): string {
  return `${LISTS}posture_rules: [ { id: r1, name: r, type: ${type}, input: ${input} } ]\n`;
}

type Case = readonly [input: string, decoded: object];

const HASH = "B5BB9D8014A0F9B1D61E21E796D78DCCDF1352F23CD32812F4850B878AE4944C";
const NO_HASHES = { sha256: null, thumbprint: null };

/** Every type of posture rule, as Cloudflare's API writes its input. */
const TYPES: { readonly [T in PostureCheck["type"]]: Case } = {
  file: [
    `{ operating_system: mac, path: /etc/managed, exists: true, sha256: ${HASH}, thumbprint: "" }`,
    { platform: "mac", path: "/etc/managed", exists: true, sha256: HASH.toLowerCase(), thumbprint: null },
  ],
  application: [
    "{ operating_system: windows, path: 'C:\\a.exe', thumbprint: 0AABAB210BDB998E9CF45DA2C9CE352977AB531C }",
    {
      platform: "windows",
      path: "C:\\a.exe",
      sha256: null,
      thumbprint: "0aabab210bdb998e9cf45da2c9ce352977ab531c",
    },
  ],
  sentinelone: [
    "{ operating_system: linux, path: /opt/s1 }",
    { platform: "linux", path: "/opt/s1", ...NO_HASHES },
  ],
  carbonblack: [
    "{ operating_system: mac, path: /opt/cb }",
    { platform: "mac", path: "/opt/cb", ...NO_HASHES },
  ],
  tanium: ["{}", {}],
  gateway: ["null", {}],
  warp: ['""', {}],
  disk_encryption: ["{ checkDisks: [ C, D ], requireAll: false }", { disks: ["C", "D"], requireAll: false }],
  serial_number: ["{ id: laptops }", { list: "serials" }],
  unique_client_id: ["{ id: phones, operating_system: ios }", { list: "phones", platform: "ios" }],
  firewall: ["{ enabled: true, operating_system: windows }", { enabled: true, platform: "windows" }],
  os_version: [
    "{ operating_system: linux, operator: '>=', version: 5.14.0, os_distro_name: ubuntu, os_distro_revision: '22.04', os_version_extra: '' }",
    {
      platform: "linux",
      operator: ">=",
      version: "5.14.0",
      distroName: "ubuntu",
      distroRevision: "22.04",
      versionExtra: null,
    },
  ],
  domain_joined: ["{ operating_system: windows, domain: corp }", { platform: "windows", domain: "corp" }],
  client_certificate: ["{ certificate_id: c1, cn: laptop }", { certificateId: "c1", commonName: "laptop" }],
  client_certificate_v2: [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Cloudflare's own variable
    "{ certificate_id: c1, check_private_key: true, operating_system: mac, cn: '${serial_number}', extended_key_usage: [ clientAuth ], locations: { paths: [ /certs ], trust_stores: [ system ] }, subject_alternative_names: [ a.example ] }",
    {
      platform: "mac",
      certificateId: "c1",
      checkPrivateKey: true,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Cloudflare's own variable
      commonName: "${serial_number}",
      extendedKeyUsage: ["clientAuth"],
      locations: ["/certs", "system"],
      subjectAlternativeNames: ["a.example"],
    },
  ],
  antivirus: ["{ update_window_days: 7 }", { updateWindowDays: 7 }],
  crowdstrike_s2s: [
    "{ connection_id: cs, operator: '>=', overall: '80', os: 70, sensor_config: 60, version: 7.10, versionOperator: '==', state: online, last_seen: 1h30m }".replace(
      "7.10",
      "'7.10'",
    ),
    {
      connection: "cs",
      conditions: [
        { field: "overall", kind: "number", operator: ">=", value: 80 },
        { field: "os", kind: "number", operator: ">=", value: 70 },
        { field: "sensor_config", kind: "number", operator: ">=", value: 60 },
        { field: "version", kind: "version", operator: "==", value: "7.10" },
        { field: "state", kind: "one_of", values: ["online"] },
        { field: "last_seen", kind: "age", operator: ">=", seconds: 5400 },
      ],
    },
  ],
  intune: [
    "{ connection_id: in, compliance_status: compliant }",
    { connection: "in", conditions: [{ field: "compliance_status", kind: "one_of", values: ["compliant"] }] },
  ],
  workspace_one: [
    "{ connection_id: ws, compliance_status: compliant }",
    { connection: "ws", conditions: [{ field: "compliance_status", kind: "one_of", values: ["compliant"] }] },
  ],
  kolide: [
    "{ connection_id: ko, auth_state: [ Good, Notified ], countOperator: <, issue_count: '3' }",
    {
      connection: "ko",
      conditions: [
        { field: "auth_state", kind: "one_of", values: ["Good", "Notified"] },
        { field: "issue_count", kind: "number", operator: "<", value: 3 },
      ],
    },
  ],
  tanium_s2s: [
    "{ connection_id: ta, total_score: 300, scoreOperator: <, risk_level: low, eid_last_seen: 2h, operator: < }",
    {
      connection: "ta",
      conditions: [
        { field: "total_score", kind: "number", operator: "<", value: 300 },
        { field: "risk_level", kind: "one_of", values: ["low"] },
        { field: "eid_last_seen", kind: "age", operator: "<", seconds: 7200 },
      ],
    },
  ],
  sentinelone_s2s: [
    "{ connection_id: s1, active_threats: 0, operator: ==, infected: false, is_active: true, network_status: connected, operational_state: na }",
    {
      connection: "s1",
      conditions: [
        { field: "active_threats", kind: "number", operator: "==", value: 0 },
        { field: "infected", kind: "boolean", value: false },
        { field: "is_active", kind: "boolean", value: true },
        { field: "network_status", kind: "one_of", values: ["connected"] },
        { field: "operational_state", kind: "one_of", values: ["na"] },
      ],
    },
  ],
  custom_s2s: [
    "{ connection_id: po, operator: '>', score: 60 }",
    { connection: "po", conditions: [{ field: "score", kind: "number", operator: ">", value: 60 }] },
  ],
  attribute: [
    "{ attribute: own.trust, operator: '>=', value: 3 }",
    { attribute: "trust", operator: ">=", value: 3 },
  ],
};

describe("every type of posture rule is read", () => {
  for (const [type, [input, decoded]] of Object.entries(TYPES)) {
    test(type, () => {
      const [rule] = policySetOf(fileWith(type, input)).postureRules;
      expect(rule?.check).toEqual({ type, ...decoded } as PostureCheck);
    });
  }
});

test("a posture rule is read with its platforms and its expiration", () => {
  const { postureRules } = policySetOf(`
posture_rules:
  - id: 9ece5fab
    name: On WARP
    type: warp
    description: ""
    schedule: 5m
    expiration: 1h
    match: [ { platform: windows }, { platform: mac } ]
    input: {}
    acknowledge: { stale-forever: a reason }
`);
  expect(withoutPlaces(postureRules)).toEqual([
    {
      id: "9ece5fab",
      name: "On WARP",
      check: { type: "warp" },
      platforms: ["windows", "mac"],
      expirationMs: 3_600_000,
      acknowledge: new Map([["stale-forever", "a reason"]]),
    },
  ]);
});

test("a rule about a file asks that it exists unless it says otherwise", () => {
  const check = (input: string) => policySetOf(fileWith("file", input)).postureRules[0]?.check;
  expect(check("{ operating_system: mac, path: /a }")).toMatchObject({ exists: true });
  expect(check("{ operating_system: mac, path: /a, exists: false }")).toMatchObject({ exists: false });
});

describe("an attribute of a plugin's own compares with values of a fitting type", () => {
  test.each([
    ["==", "high"],
    ["!=", "true"],
    ["<", "3.5"],
    ["in", "[ high, medium ]"],
    ["contains", "admin"],
  ])("%s %s", (operator, value) => {
    expect(
      messagesOf(fileWith("attribute", `{ attribute: own.trust, operator: "${operator}", value: ${value} }`)),
    ).toEqual([]);
  });

  test.each([
    [">", "high", "expected a number, found text"],
    ["in", "high", "expected a list, found text"],
    ["in", "[]", "the list is empty; it needs an entry"],
    ["contains", "[ admin ]", "expected text, found a list"],
  ])("never %s %s", (operator, value, message) => {
    const text = fileWith("attribute", `{ attribute: own.trust, operator: "${operator}", value: ${value} }`);
    expect(messagesOf(text)).toEqual([`posture_rules[0].input.value: ${message}`]);
  });
});

describe("an input that makes no sense is refused", () => {
  test.each([
    [
      "file",
      "{ operating_system: mac, path: /a, sha256: abc }",
      "sha256: expected a SHA-256 hash: 64 hexadecimal digits",
    ],
    [
      "file",
      "{ operating_system: ios, path: /a }",
      'operating_system: expected one of "windows", "linux", "mac", found "ios"',
    ],
    ["serial_number", "{ id: staff }", 'id: the list "staff" is of type EMAIL; it must be SERIAL'],
    [
      "unique_client_id",
      "{ id: staff, operating_system: ios }",
      'id: the list "staff" is of type EMAIL; it must be DEVICE or SERIAL',
    ],
    ["serial_number", "{ id: nowhere }", 'id: there is no list "nowhere"; add it, or mend the id or name'],
    [
      "os_version",
      "{ operating_system: mac, operator: '>', version: 14.2 }",
      'version: expected a version in quotes, such as "14.2", found the number 14.2',
    ],
    [
      "os_version",
      "{ operating_system: mac, operator: '>', version: newest }",
      'version: expected a version in quotes, such as "14.2"',
    ],
    ["custom_s2s", "{ connection_id: c, operator: '>', score: 101 }", "score: expected at most 100"],
    [
      "crowdstrike_s2s",
      "{ connection_id: c, overall: 80 }",
      "overall: nothing says how to compare it; add the operator",
    ],
    [
      "crowdstrike_s2s",
      "{ connection_id: c, last_seen: '', operator: '>' }",
      "it demands nothing, so that every device would pass; say what it asks for",
    ],
    [
      "attribute",
      "{ attribute: trust, operator: '==', value: 1 }",
      "attribute: expected the name of a plugin's own attribute, such as own.trust",
    ],
    [
      "attribute",
      "{ attribute: a b, operator: '==', value: 1 }",
      "attribute: expected the name of a plugin's own attribute, such as own.trust",
    ],
    ["warp", "{ score: 3 }", 'unknown key "score"'],
  ])("%s %s", (type, input, message) => {
    const at = `posture_rules[0].input${/^[a-z0-9_]+: /.test(message) ? "." : ": "}`;
    expect(messagesOf(fileWith(type, input))).toEqual([at + message]);
  });
});
