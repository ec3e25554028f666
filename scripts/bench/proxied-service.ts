import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { BenchmarkError } from "./benchmark.ts";
import { findFreePort, findProgram, pinned, type RunningServer, startServer } from "./processes.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const EMPTY = join(import.meta.dir, "empty-handler.ts");
const SCRIPT = join(import.meta.dir, "get-requests.lua");
const TEAM = "https://acme.cloudflareaccess.com";
const AUDIENCE = "aud-of-wiki";
const LIFETIME_SECONDS = 3_600;

const POLICIES = {
  applications: [
    {
      name: "wiki",
      aud: AUDIENCE,
      domain: "wiki.example.com",
      policies: [
        {
          name: "Staff at work",
          decision: "allow",
          include: [{ email_domain: { domain: "example.com" } }],
          require: [{ ip: { ip: "10.0.0.0/8" } }],
          exclude: [{ email: { email: "mallory@example.com" } }],
        },
      ],
    },
  ],
};

/** A server that is asked as a proxy asks, and the processor time it has used. */
export interface MeasuredServer extends RunningServer {
  /** Seconds of all of its processes. */
  cpuSeconds(): Promise<number>;
}

/** Access, and people who have logged in to the wiki. */
export interface Staff {
  /** A file with a token in each line. */
  readonly tokens: string;
  readonly certsUrl: string;
  /** Logs them in anew, at `now` (milliseconds since the epoch). */
  logIn(now: number): Promise<void>;
  stop(): Promise<void>;
}

export async function createStaff(folder: string, count: number): Promise<Staff> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const certs = { keys: [{ ...(await exportJWK(publicKey)), kid: "edge", alg: "RS256", use: "sig" }] };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(certs) });
  const sign = (index: number, iat: number) =>
    new SignJWT({ type: "app", email: `person-${index}@example.com`, iat })
      .setProtectedHeader({ alg: "RS256", kid: "edge", typ: "JWT" })
      .setIssuer(TEAM)
      .setAudience(AUDIENCE)
      .setSubject(`u-${index}`)
      .setExpirationTime(iat + LIFETIME_SECONDS)
      .sign(privateKey);
  const tokens = join(folder, "tokens");
  return {
    tokens,
    certsUrl: `http://127.0.0.1:${server.port}/`,
    async logIn(now) {
      const iat = Math.floor(now / 1_000);
      const signed = await Promise.all(Array.from({ length: count }, (_, index) => sign(index, iat)));
      await Bun.write(tokens, `${signed.join("\n")}\n`);
    },
    stop: () => server.stop(true),
  };
}

export interface ServiceShape {
  readonly bind: "application" | "request";
  readonly workers: number;
  /** The core that it is to run on; any unless given. */
  readonly core?: number;
}

/** Starts `postern serve` behind nothing, as nginx would ask it; every decision is logged to a file. */
export async function startProxied(
  folder: string,
  { certsUrl }: Staff,
  { bind, workers, core }: ServiceShape,
): Promise<MeasuredServer> {
  const name = `${bind}-${workers}`;
  const config = {
    public_url: "https://postern.example.com",
    proxies: [{ kind: "nginx", listen: `127.0.0.1:${await findFreePort()}`, peers: ["127.0.0.1"] }],
    store: `sqlite:./${name}.db`,
    access: { team_domain: TEAM, certs_url: certsUrl },
    policies: "./policies.json",
    keys: { directory: "./keys", passphrase: "only for benchmarks" },
    verdict: { bind },
    workers,
  };
  await Bun.write(join(folder, "policies.json"), JSON.stringify(POLICIES));
  await Bun.write(join(folder, `${name}.yaml`), JSON.stringify(config));
  const command = [process.execPath, MAIN, "serve", "--config", join(folder, `${name}.yaml`)];
  const server = await startServer(
    core === undefined ? command : pinned(core, command),
    join(folder, `${name}.log`),
    (text) => /^nginx\s+(http:\S+)\n/m.exec(text)?.[1] ?? null,
  );
  return measured(server);
}

/** Starts the least that could answer a proxy, in as many processes. */
export async function startEmptyHandler(
  folder: string,
  { workers, core }: Omit<ServiceShape, "bind">,
): Promise<MeasuredServer> {
  const command = [process.execPath, EMPTY, String(await findFreePort()), String(workers)];
  const server = await startServer(
    core === undefined ? command : pinned(core, command),
    join(folder, `empty-${workers}.log`),
    (text) => {
      const urls = text.match(/^http:\S+$/gm) ?? [];
      return urls.length < workers ? null : (urls[0] ?? null);
    },
  );
  return measured(server);
}

function measured(server: RunningServer): MeasuredServer {
  return { ...server, cpuSeconds: () => readCpuSeconds(server.pid) };
}

export interface ProxyLoad {
  readonly url: string;
  readonly tokens: string;
  readonly path: "same" | "new";
  readonly connections: number;
  /** Milliseconds that each connection waits before it asks again. */
  readonly pauseMs?: number;
  /** The core that asks; any unless given. */
  readonly core?: number;
}

export interface Answered {
  readonly answered: number;
  readonly perSecond: number;
  readonly p99Micros: number;
}

/** Asks for `durationMs`; every answer must be a permit. */
export async function askAsNginx(load: ProxyLoad, durationMs: number): Promise<Answered> {
  const seconds = Math.max(Math.round(durationMs / 1_000), 1);
  const options = ["-t1", `-c${load.connections}`, `-d${seconds}s`, "-s", SCRIPT, load.url];
  const pause = load.pauseMs === undefined ? [] : [String(load.pauseMs)];
  const command = [findProgram("wrk"), ...options, "--", load.tokens, load.path, ...pause];
  const child = Bun.spawn([...(load.core === undefined ? command : pinned(load.core, command))], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = await child.stdout.text();
  await child.exited;
  const totals = /^totals (\d+) (\d+) (\d+) (\d+) (\d+)$/m.exec(output)?.slice(1).map(Number) ?? [];
  const [answered, refused, broken, micros, p99Micros] = totals;
  if (
    answered === undefined ||
    micros === undefined ||
    p99Micros === undefined ||
    refused !== 0 ||
    broken !== 0
  )
    throw new BenchmarkError("program_failed", `not every request was answered by a 200: ${output}`);
  return { answered, perSecond: (answered * 1e6) / micros, p99Micros };
}

const TICKS_PER_SECOND = 100;

/** Of a process and its children, by what Linux tells of them. */
async function readCpuSeconds(pid: number): Promise<number> {
  const children = await Bun.file(`/proc/${pid}/task/${pid}/children`).text();
  const pids = [
    pid,
    ...children
      .trim()
      .split(" ")
      .filter((text) => text !== "")
      .map(Number),
  ];
  let ticks = 0;
  for (const each of pids) {
    const stat = await Bun.file(`/proc/${each}/stat`).text();
    // The name in parentheses may hold anything; utime and stime are the 14th and the 15th field.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}
