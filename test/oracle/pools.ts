/** The few values that drawn rules and drawn facts are made of. */
export const IDPS = ["okta", "entra", "otp"] as const;
export const TYPE_OF_IDP = { okta: "okta", entra: "azureAD", otp: "onetimepin" } as const;
export const IDP_TYPES = ["okta", "azureAD", "github", "google", "google-apps", "saml"] as const;
export const ADDRESSES = [
  "ann@example.com",
  "bob@example.com",
  "eve@evil.test",
  "ann@eu.example.com",
] as const;
export const DOMAINS = ["example.com", "eu.example.com", "evil.test", "ample.com"] as const;
export const IP_ADDRESSES = [
  "10.1.2.3",
  "203.0.113.7",
  "::ffff:10.1.2.3",
  "2001:db8::7",
  "2001:db9::7",
] as const;
export const RANGES = [
  "10.1.2.3",
  "10.9.9.9/8",
  "0.0.0.0/0",
  "203.0.113.0/29",
  "2001:db8::/32",
  "::/0",
] as const;
export const COUNTRIES = ["PT", "US", "DE"] as const;
export const COMMON_NAMES = ["build", "Build"] as const;
export const CLIENT_IDS = ["client-1.access", "client-2.access", "client-3.access"] as const;
export const LINKED_APPLICATIONS = ["shop", "code"] as const;
export const RISK_LEVELS = ["low", "medium", "high", "unscored"] as const;
export const AUTHENTICATION_METHODS = ["pwd", "mfa", "hwk"] as const;
export const CONTEXTS = ["c1", "c2"] as const;
export const GROUP_IDS = ["id-1", "id-2"] as const;
export const GROUP_NAMES = ["engineers", "acme/core"] as const;
export const FACT_GROUP_NAMES = ["engineers", "acme", "acme/core"] as const;
export const GROUP_EMAILS = ["eng@example.com", "ops@example.com"] as const;
export const CLAIM_NAMES = ["team", "__proto__"] as const;
export const CLAIM_VALUES = ["blue", "red"] as const;
export const ACCOUNTS = ["account-1", "account-2"] as const;
export const EVALUATE_URLS = ["https://eval.test/a", "https://eval.test/b"] as const;
export const POSTURE_IDS = [
  "p-warp",
  "p-gateway",
  "p-at-least",
  "p-at-most",
  "p-above",
  "p-below",
  "p-managed",
  "p-loose",
  "p-ring",
  "p-tags",
] as const;
