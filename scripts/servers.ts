/** Real programs that tests talk to, by the command each is found by, with Debian's package for it. */
export const SERVERS = {
  "redis-server": "redis-server",
  "redis-sentinel": "redis-sentinel",
  "redis-cli": "redis-tools",
  nginx: "nginx",
  caddy: "caddy",
  haproxy: "haproxy",
  slapd: "slapd",
  ldapadd: "ldap-utils",
  chromium: "chromium",
  openssl: "openssl",
  wrk: "wrk",
  /** Not to be had from Debian: tests with them are optional wherever they run. */
  envoy: null,
  traefik: null,
} as const satisfies Record<string, string | null>;

export type Server = keyof typeof SERVERS;
