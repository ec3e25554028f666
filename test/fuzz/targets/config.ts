import { type LoadedConfig, readConfig } from "../../../src/config/load-config.ts";
import { readSource } from "../../../src/config/source.ts";
import { hold, type Target } from "../target.ts";
import { checkFaults } from "./places.ts";

const SECRET = "canary-5f3ac0de";
export const ENV = { SECRET, EMPTY: "" };
const HASH = "0f".repeat(32);

const FULL = `public_url: https://postern.example.com
listen: { public: "127.0.0.1:8080", admin: "127.0.0.1:8082" }
proxies:
  - { kind: nginx, listen: "127.0.0.1:8081", peers: [127.0.0.1/32], skip_hops: [] }
store: sqlite:./postern.db
access:
  team_domain: https://acme.cloudflareaccess.com
policies: ./policies
providers:
  - { use: geoip, config: { database: ./country.mmdb }, interval: 1h }
keys: { directory: ./keys, rotate_every: 42d, passphrase: "\${SECRET}" }
verdict: { ttl: 60s, algorithm: ES256, bind: application }
login_url: https://login.example.com/?back={url}
admin: { tokens: [ { name: ops, role: operator, sha256: ${HASH} } ] }
log: { values: used, redact: [identity.email] }
`;

export function readConfigText(text: string): LoadedConfig {
  return readConfig(readSource("postern.yaml", text), "/etc/postern.yaml", ENV);
}

/** Configurations: every fault has its place, none repeats a secret, and what is accepted is complete and frozen. */
export function configTarget(read: (text: string) => LoadedConfig = readConfigText): Target {
  return {
    name: "config",
    corpus: [
      FULL,
      "public_url: https://p.example.com\nstore: 'memory:'\npolicies: ./p\nlisten: { public: 127.0.0.1:1 }\n",
      '{"public_url":"https://p.example.com","store":"memory:","policies":"p","listen":{"public":"[::1]:1"}}',
    ],
    dictionary: [
      `\${SECRET}`,
      `\${EMPTY}`,
      `\${`,
      `$\${`,
      `\${file:/dev/null}`,
      "&a ",
      "*a",
      "!!binary ",
      "? ",
      "- ",
      ": ",
      "\n  ",
      "---\n",
      "%YAML 1.1\n---\n",
      "<<: ",
      "__proto__: ",
      "null",
      "~",
      "0x10",
      "0s",
      "/0",
      "0.0.0.0/0",
      "https://",
      "unknown: 1\n",
      "[",
      "{",
      "#",
      "|\n",
      "'",
    ],
    check(text) {
      const { config, faults } = read(text);
      checkFaults(faults, text, [SECRET, HASH]);
      hold((config === null) === faults.length > 0, "there is a configuration, or there are faults");
      if (config === null) return false;
      hold(isFrozen(config), "a configuration is frozen");
      hold(
        config.proxies.every(({ peers }) => peers.length > 0),
        "no proxy listener is open to everybody",
      );
      return true;
    },
  };
}

function isFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  // What belongs to a plugin is handed on as it was read.
  return (
    Object.isFrozen(value) &&
    Object.values(value).every((part) => typeof part !== "object" || Object.isFrozen(part))
  );
}
