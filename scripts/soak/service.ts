import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type SoakEdge, TEAM_DOMAIN } from "./edge.ts";

export const AUDIENCE = "a0".repeat(32);
export const HOST = "wiki.example.com";
const OPERATOR = "operator-of-a-soak";
const MAIN = join(import.meta.dir, "../../src/main.ts");
const TELL_HEAP = join(import.meta.dir, "tell-heap.ts");
const PATIENCE_MS = 15_000;

/** What the process holds at one moment. */
export interface Held {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly descriptors: number;
}

/** `postern serve` with an SQLite store, a public, an admin and an nginx listener. */
export interface SoakedService {
  readonly urls: Readonly<Record<"public" | "admin" | "nginx", string>>;
  readonly operatorHeaders: Readonly<Record<string, string>>;
  /** Puts the other of two policy sets into its place; the service sees that by itself. */
  changePolicies(): Promise<void>;
  measure(): Promise<Held>;
  stop(): Promise<void>;
}

/** Starts it in `folder`. Throws what it wrote where it does not start. */
export async function startSoaked(folder: string, edge: SoakEdge): Promise<SoakedService> {
  const heapFile = join(folder, "heap");
  const log = join(folder, "service.log");
  let revision = 0;
  const changePolicies = async () => {
    await Bun.write(join(folder, "policies.json"), JSON.stringify(policies(revision++ % 2)));
  };
  await mkdir(join(folder, "keys"), { mode: 0o700 });
  await changePolicies();
  await Bun.write(join(folder, "postern.yaml"), JSON.stringify(configuration(edge)));
  const child = Bun.spawn(
    [process.execPath, "--preload", TELL_HEAP, MAIN, "serve", "--config", join(folder, "postern.yaml")],
    {
      env: { ...process.env, SOAK_HEAP_FILE: heapFile },
      stdin: "ignore",
      stdout: Bun.file(log),
      stderr: Bun.file(`${log}.err`),
    },
  );
  const stop = async () => {
    child.kill();
    await child.exited;
  };
  const urls = await findUrls(log, () => child.exitCode !== null);
  if (urls === null) {
    await stop();
    throw new Error(`postern serve did not start: ${await Bun.file(`${log}.err`).text()}`);
  }
  return {
    urls,
    operatorHeaders: { Authorization: `Bearer ${OPERATOR}`, "Content-Type": "application/json" },
    changePolicies,
    async measure() {
      const [, kilobytes] =
        /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${child.pid}/status`, "utf8")) ?? [];
      return {
        residentBytes: Number(kilobytes) * 1_024,
        heapBytes: Number(await readFile(heapFile, "utf8")),
        descriptors: (await readdir(`/proc/${child.pid}/fd`)).length,
      };
    },
    stop,
  };
}

/** Staff, and a second application that is another one each time. */
function policies(variant: number): object {
  const allowed = [
    { name: "Staff", decision: "allow", include: [{ email_domain: { domain: "example.com" } }] },
  ];
  return {
    applications: [
      { name: "wiki", domain: HOST, aud: AUDIENCE, policies: allowed },
      { name: `other-${variant}`, domain: `other-${variant}.example.com`, policies: allowed },
    ],
  };
}

function configuration({ certsUrl }: SoakEdge): object {
  const sha256 = new Bun.CryptoHasher("sha256").update(OPERATOR).digest("hex");
  return {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:0", admin: "127.0.0.1:0" },
    proxies: [{ kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] }],
    store: "sqlite:./postern.db",
    access: { team_domain: TEAM_DOMAIN, certs_url: certsUrl },
    policies: "./policies.json",
    keys: { directory: "./keys", passphrase: "only for soaking" },
    admin: { tokens: [{ name: "soak", role: "operator", sha256 }] },
  };
}

async function findUrls(log: string, hasEnded: () => boolean): Promise<SoakedService["urls"] | null> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (!hasEnded() && performance.now() < endsAt) {
    const text = await Bun.file(log)
      .text()
      .catch(() => "");
    const urlOf = (name: string) => new RegExp(`^${name} +(http:\\S+)$`, "m").exec(text)?.[1];
    const [publicUrl, admin, nginx] = [urlOf("public"), urlOf("admin"), urlOf("nginx")];
    if (publicUrl !== undefined && admin !== undefined && nginx !== undefined)
      return { public: publicUrl, admin, nginx };
    await Bun.sleep(20);
  }
  return null;
}
