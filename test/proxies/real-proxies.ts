import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Server } from "../../scripts/servers.ts";
import { until } from "../support/until.ts";
import { type Places, readDocumented } from "./documented.ts";

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
}

/** Where the documentation says that certificates are. */
const TLS_FOLDER = "/etc/postern/tls";

/** What a reader does to the main file of a proxy beside filling in places. */
export type Edit = (text: string, between: Between, port: number) => string | Promise<string>;

interface RealProxy {
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

/** The proxies that are run, by their commands. */
export const REAL_PROXIES = {
  nginx: {
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
    main: "Caddyfile",
    files: (between, port) => ({ Caddyfile: { ...placesOf(between), ":443": `:${port}` } }),
    around: () => ({}),
    command: (folder) => ["caddy", "run", "--adapter", "caddyfile", "--config", `${folder}/Caddyfile`],
  },
  haproxy: {
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
} as const satisfies Partial<Record<Server, RealProxy>>;

export type RealProxyName = keyof typeof REAL_PROXIES;

/** Runs a proxy with its documented configuration. Throws what it wrote where it does not open its port. */
export async function runProxy(
  name: RealProxyName,
  between: Between,
  edit: Edit = (text) => text,
): Promise<RunningProxy> {
  const { main, files, around, command }: RealProxy = REAL_PROXIES[name];
  const { folder } = between;
  const port = await freePort();
  for (const [file, places] of Object.entries(files(between, port))) {
    const text = await readDocumented(file, places);
    await Bun.write(join(folder, file), file === main ? await edit(text, between, port) : text);
  }
  for (const [file, text] of Object.entries(around(folder))) await Bun.write(join(folder, file), text);
  const output = Bun.file(join(folder, "output.log"));
  const env = { ...process.env, HOME: folder };
  const child = Bun.spawn([...command(folder)], { stdout: output, stderr: output, env });
  try {
    await until(async () => child.exitCode !== null || (await isOpen(port)));
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${await output.text()}`);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** One that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const bound = server.address();
  server.close();
  if (bound === null || typeof bound === "string") throw new Error("there is no free port");
  return bound.port;
}

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1", () => resolve(true));
  socket.on("error", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
