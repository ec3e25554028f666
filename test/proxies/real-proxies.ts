import { join } from "node:path";
import type { Server } from "../../scripts/servers.ts";
import type { ProxyKind } from "../../src/config/config.ts";
import { render } from "../proxy/rig.ts";
import { DIE_WITH_PARENT } from "../support/die-with-parent.ts";
import { until } from "../support/until.ts";
import { type Places, readDocumented } from "./documented.ts";
import { freePort } from "./free-port.ts";
import { sendOverTls } from "./tls-client.ts";

/** What a proxy of a test is between, as `host:port`. */
export interface Between {
  readonly folder: string;
  readonly check: string;
  readonly page: string;
  readonly application: string;
}

/** A proxy that runs on a port of its own. */
export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
  /** What it has written. */
  readOutput(): Promise<string>;
}

/** Where the documentation says that certificates are. */
const TLS_FOLDER = "/etc/postern/tls";

/** What a reader does to the main file of a proxy beside filling in places. */
export type Edit = (text: string, between: Between, port: number) => string | Promise<string>;

interface RealProxy {
  /** The command that it is. */
  readonly tool: Server;
  /** Whether it hands the answer of Postern on as it is, instead of leading to the login and showing the page. */
  readonly handsOn: boolean;
  /** Whether it waits for half a minute for Postern, and cannot be told otherwise. */
  readonly waitsLong?: boolean;
  /** The file that others are beside. */
  readonly main: string;
  /** Files of the documentation, and what their readers fill in. */
  files(between: Between, port: number): Readonly<Record<string, Places>>;
  /** Files of our own around them. */
  around(folder: string): Readonly<Record<string, string>>;
  command(folder: string): readonly string[];
}

function placesOf({ folder, check, page, application }: Between): Places {
  return {
    "127.0.0.1:8081": check,
    "127.0.0.1:8080": page,
    "127.0.0.1:3000": application,
    [TLS_FOLDER]: folder,
  };
}

/** As Envoy writes addresses. */
function envoyPlacesOf({ folder, check, application }: Between, port: number): Places {
  const address = (text: string) => {
    const [host, of] = text.split(":");
    return `address: ${host}, port_value: ${of}`;
  };
  return {
    [address("0.0.0.0:443")]: address(`127.0.0.1:${port}`),
    [address("127.0.0.1:8081")]: address(check),
    [address("127.0.0.1:3000")]: address(application),
    [TLS_FOLDER]: folder,
  };
}

function envoy(main: string): RealProxy {
  return {
    tool: "envoy",
    handsOn: true,
    main,
    files: (between, port) => ({ [main]: envoyPlacesOf(between, port) }),
    around: () => ({}),
    command: (folder) => ["envoy", "-c", `${folder}/${main}`, ...ENVOY_OPTIONS],
  };
}

/** One thread will do, no Envoy hands over to another, and its log is written at once. */
const ENVOY_OPTIONS = [
  ...["--concurrency", "1", "--disable-hot-restart"],
  ...["--log-level", "warning", "--file-flush-interval-msec", "20"],
];

/** The proxies that are run, by the kind of their listener. */
export const REAL_PROXIES: Readonly<Record<ProxyKind, RealProxy>> = {
  nginx: {
    tool: "nginx",
    handsOn: false,
    main: "nginx.conf",
    files: (between, port) => ({
      "nginx.conf": { ...placesOf(between), "listen 443": `listen 127.0.0.1:${port}` },
    }),
    around: (folder) => ({
      "main.conf": [
        `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;`,
        `events {} http { access_log off; include ${folder}/nginx.conf; }`,
      ].join("\n"),
    }),
    command: (folder) => ["nginx", "-e", `${folder}/error.log`, "-c", `${folder}/main.conf`],
  },
  caddy: {
    tool: "caddy",
    handsOn: false,
    main: "Caddyfile",
    files: (between, port) => ({ Caddyfile: { ...placesOf(between), ":443": `:${port}` } }),
    around: () => ({}),
    command: (folder) => ["caddy", "run", "--adapter", "caddyfile", "--config", `${folder}/Caddyfile`],
  },
  haproxy: {
    tool: "haproxy",
    handsOn: false,
    main: "haproxy.cfg",
    files: (between, port) => ({
      "haproxy.cfg": {
        ...placesOf(between),
        "bind :443": `bind 127.0.0.1:${port}`,
        "/etc/haproxy": between.folder,
      },
      "postern.lua": {},
    }),
    around: () => ({}),
    command: (folder) => ["haproxy", "-db", "-f", `${folder}/haproxy.cfg`],
  },
  traefik: {
    tool: "traefik",
    handsOn: true,
    waitsLong: true,
    main: "traefik.yaml",
    files: (between, port) => ({
      "traefik-postern.yaml": {
        "127.0.0.1:8081": between.check,
        "127.0.0.1:3000": between.application,
        [TLS_FOLDER]: between.folder,
      },
      "traefik.yaml": { ":443": `127.0.0.1:${port}`, "/etc/traefik": between.folder },
    }),
    around: () => ({}),
    command: (folder) => ["traefik", `--configFile=${folder}/traefik.yaml`],
  },
  "envoy-grpc": envoy("envoy.yaml"),
  "envoy-http": envoy("envoy-http.yaml"),
};

/** Runs a proxy with its documented configuration. Throws what it wrote where it ends. */
export async function runProxy(
  kind: ProxyKind,
  between: Between,
  edit: Edit = (text) => text,
): Promise<RunningProxy> {
  const { main, files, around, command } = REAL_PROXIES[kind];
  const { folder } = between;
  const port = await freePort();
  for (const [file, places] of Object.entries(files(between, port))) {
    const text = await readDocumented(file, places);
    await Bun.write(join(folder, file), file === main ? await edit(text, between, port) : text);
  }
  for (const [file, text] of Object.entries(around(folder))) await Bun.write(join(folder, file), text);
  const output = Bun.file(join(folder, "output.log"));
  const env = { ...process.env, HOME: folder };
  const child = Bun.spawn([...DIE_WITH_PARENT, ...command(folder)], { stdout: output, stderr: output, env });
  try {
    await until(async () => child.exitCode !== null || (await isReady(port, folder)));
    if (child.exitCode !== null) throw new Error(`${kind} has ended: ${await output.text()}`);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    port,
    readOutput: () => output.text(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Whether it asks Postern: some are open before they have read all of their configuration. */
async function isReady(port: number, folder: string): Promise<boolean> {
  const authority = await Bun.file(join(folder, "clients-ca.pem")).text();
  const host = "nobody.example.com";
  const { status } = await sendOverTls(port, host, render("GET", "/ready", host, []), { authority });
  return status !== null && status !== 404;
}
