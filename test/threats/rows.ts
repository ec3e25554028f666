/** A vulnerability of a neighbour, or a fact, that a test of ours is named after; or why there is none. */
export type Row =
  | readonly [id: string, heldBy: `test/${string}.ts`]
  | readonly [id: string, why: { readonly open: string }];

const open = (why: string) => ({ open: why });

const APPLICATIONS = "test/core/application-index.test.ts";
const PATHS = "test/core/path.test.ts";
const HOSTS = "test/core/host.test.ts";
const DESYNC = "test/threats/path-desync.test.ts";
const EMAIL = "test/threats/email-matching.test.ts";
const IDENTITY = "test/threats/identity-shapes.test.ts";
const JWT = "test/token/jwt-threats.test.ts";
const GATE = "test/token/jwt-gate.test.ts";
const JWKS = "test/threats/jwt-jwks.test.ts";
const ADDRESSES = "test/threats/ip-country.test.ts";
const CACHES = "test/threats/caches-and-partial-results.test.ts";
const INJECTION = "test/threats/injection.test.ts";

export const HOSTS_AND_PATHS: readonly Row[] = [
  ["CVE-2019-9900", PATHS],
  ["CVE-2019-9901", APPLICATIONS],
  ["CVE-2021-21291", APPLICATIONS],
  ["CVE-2021-32637", HOSTS],
  ["CVE-2025-32431", DESYNC],
  ["CVE-2025-47952", DESYNC],
  ["CVE-2025-54576", APPLICATIONS],
  ["CVE-2025-66490", DESYNC],
  ["CVE-2026-26205", PATHS],
  ["CVE-2026-27587", HOSTS],
  ["CVE-2026-27588", APPLICATIONS],
  ["CVE-2026-32811", PATHS],
  ["CVE-2026-33494", APPLICATIONS],
  ["CVE-2026-33495", DESYNC],
  ["CVE-2026-40912", DESYNC],
  ["CVE-2026-41059", PATHS],
  ["CVE-2026-42272", PATHS],
  ["CVE-2026-42273", APPLICATIONS],
  ["CVE-2026-42274", APPLICATIONS],
  ["CVE-2026-45692", open("Caddy's array indexes: nothing here is looked up by an index from a request")],
  ["CVE-2026-48020", DESYNC],
  ["CVE-2026-48794", APPLICATIONS],
  ["CVE-2026-65600", DESYNC],
  ["CVE-2026-67309", DESYNC],
  ["GHSA-gx7w-56w6-g48x", APPLICATIONS],
];

export const EMAIL_AND_GROUPS: readonly Row[] = [
  ["CVE-2026-40574", EMAIL],
  ["CVE-2026-39350", EMAIL],
  ["case folding ends with ASCII", EMAIL],
  ["Gmail's dots and tags", EMAIL],
  ["Auth0's normalisation", EMAIL],
  ["nOAuth", IDENTITY],
  ["CVE-2026-55670", IDENTITY],
  ["NO is Norway", ADDRESSES],
];

export const TOKENS_AND_KEYS: readonly Row[] = [
  ["CVE-2015-9235", JWT],
  ["CVE-2018-0114", JWT],
  ["CVE-2020-26160", JWT],
  ["CVE-2022-21449", JWT],
  ["CVE-2022-23540", JWT],
  ["CVE-2023-48223", JWT],
  ["CVE-2024-28122", JWT],
  ["CVE-2024-28176", JWT],
  ["CVE-2024-28180", JWT],
  ["CVE-2024-51744", GATE],
  ["CVE-2024-5798", JWT],
  ["CVE-2025-27144", GATE],
  ["CVE-2025-30144", JWT],
  ["CVE-2025-30204", GATE],
  ["CVE-2025-59420", JWT],
  ["CVE-2025-65945", JWKS],
  ["CVE-2026-22817", JWT],
  ["CVE-2026-22818", JWKS],
  ["CVE-2026-27840", JWT],
  ["CVE-2026-32597", JWT],
  ["CVE-2026-34950", JWT],
  ["CVE-2026-34986", JWKS],
  ["CVE-2026-35039", JWT],
  ["CVE-2026-35042", JWT],
  ["CVE-2026-41413", JWT],
  ["CVE-2026-55669", JWT],
  ["CVE-2026-55689", JWT],
  ["CVE-2026-9090", JWT],
  ["CVE-2026-9094", JWKS],
  ["CVE-2026-9097", JWKS],
  ["GHSA-2c7c-3mj9-8fqh", JWT],
  ["GHSA-869p-cjfg-cm3x", JWT],
  ["GHSA-qvp4", JWT],
  ["GHSA-wxg7-w2v3-w38g", JWKS],
  ["kid injection", JWT],
  ["malleability", JWT],
  ["duplicate names", JWT],
  ["signing oracle", JWKS],
  ["verdict confusion", JWKS],
  ["a call that is repeated", "test/server/replay.test.ts"],
  ["ref-worker-alg", JWT],
  ["ref-worker-ascii", JWT],
  ["ref-worker-exp", JWT],
  ["ref-worker-iat", "test/token/evaluation-answer.test.ts"],
  ["ref-worker-kid", JWT],
  ["ref-worker-nonce", JWT],
  ["ref-worker-race", JWKS],
  ["ref-worker-routing", JWKS],
  ["ref-worker-stack", "test/server/evaluate-refusals.test.ts"],
  ["ref-worker-thumbprint", JWKS],
];

export const ADDRESSES_AND_COUNTRIES: readonly Row[] = [
  ["CVE-2021-28918", ADDRESSES],
  ["CVE-2023-41338", ADDRESSES],
  ["CVE-2023-42282", ADDRESSES],
  ["CVE-2024-29415", ADDRESSES],
  ["CVE-2026-45045", ADDRESSES],
  ["GHSA-7jmw-8259-q9jx", ADDRESSES],
  ["CF-IPCountry", ADDRESSES],
  ["the first hop from the right that is not trusted", ADDRESSES],
  ["against a reader that counts in one big number", "test/fuzz/targets/ip.ts"],
];

export const CACHES_AND_POLLUTION: readonly Row[] = [
  ["CVE-2023-35930", CACHES],
  ["CVE-2024-21534", INJECTION],
  ["CVE-2024-32001", CACHES],
  ["CVE-2024-8260", INJECTION],
  ["CVE-2022-36085", INJECTION],
  ["CVE-2025-12735", INJECTION],
  ["CVE-2025-1302", INJECTION],
  ["CVE-2025-46569", INJECTION],
  ["CVE-2025-64529", "test/threats/writes-that-fail.test.ts"],
  ["CVE-2025-65111", CACHES],
  ["CVE-2025-66456", INJECTION],
  ["CVE-2025-66457", INJECTION],
  [
    "CVE-2026-25227",
    open("there is no endpoint that runs a policy for somebody: `postern test` and `explain` read files"),
  ],
  ["CVE-2026-29777", INJECTION],
  ["CVE-2026-30246", CACHES],
  ["CVE-2026-30837", INJECTION],
  ["CVE-2026-30852", INJECTION],
  ["CVE-2026-31865", INJECTION],
  ["CVE-2026-32695", INJECTION],
  ["CVE-2026-33729", CACHES],
  ["CVE-2026-34972", CACHES],
  ["CVE-2026-46668", CACHES],
  ["CVE-2026-48096", "test/store/key.test.ts"],
  ["CVE-2026-48170", open("a fault of SCIM's PATCH, which is not served")],
  ["CVE-2026-55866", CACHES],
  ["CVE-2026-71326", CACHES],
  ["GHSA-wwhq", INJECTION],
  ["json-logic 1542", INJECTION],
  ["the suite has polluted prototypes", "test/support/prototype-canary.ts"],
  ["ReDoS", INJECTION],
];
