import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlayedAccess } from "../../test/support/played-access.ts";
import { MAIN } from "../../test/support/run-verb.ts";
import { ADMIN_TOKENS, sha256 } from "../../test/support/test-service.ts";
import { until } from "../../test/support/until.ts";
import { ISSUER } from "../../test/token/access-team.ts";
import { policiesWithout } from "./policies.ts";

const STORE_FILES = ["postern.db", "postern.db-wal", "postern.db-shm"];

/** `postern serve` as a process, in a folder that outlives it. */
export class PosternProcess implements AsyncDisposable {
  #child: Bun.Subprocess<"ignore", "pipe", "ignore"> | null = null;
  #out = "";

  private constructor(readonly folder: string) {}

  static async create(access: PlayedAccess): Promise<PosternProcess> {
    const folder = await mkdtemp(join(tmpdir(), "postern-chaos-"));
    await mkdir(join(folder, "keys"), { mode: 0o700 });
    await writeFile(join(folder, "policies.yaml"), policiesWithout([]));
    const config = {
      public_url: "https://postern.example.com",
      listen: { public: "127.0.0.1:0", admin: "127.0.0.1:0" },
      store: "sqlite:./postern.db",
      access: { team_domain: ISSUER, certs_url: access.certsUrl },
      policies: "./policies.yaml",
      evaluate: { deadline: "3s" },
      admin: { tokens: [{ name: "ops", role: "operator", sha256: sha256(ADMIN_TOKENS.operator) }] },
    };
    await writeFile(join(folder, "postern.yaml"), JSON.stringify(config));
    return new PosternProcess(folder);
  }

  /** Starts it and waits until its listeners are open. */
  async start(): Promise<void> {
    this.#out = "";
    const child = Bun.spawn([process.execPath, MAIN, "serve"], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? "" },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    this.#child = child;
    void this.#read(child.stdout);
    await until(() => this.urlOf("public") !== "" && this.urlOf("admin") !== "");
  }

  urlOf(listener: "public" | "admin"): string {
    return new RegExp(`^${listener} +(\\S+)$`, "m").exec(this.#out)?.[1] ?? "";
  }

  /** Sends a signal; resolves with the exit code, null where it was killed. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    this.#child?.kill(signal);
    await this.#child?.exited;
    return this.#child?.exitCode ?? null;
  }

  /** What is published of the signing keys. */
  async keys(): Promise<string> {
    return (await fetch(`${this.urlOf("public")}/keys`)).text();
  }

  /** A copy of what is on the disk of the store now. Puts it back when it is called. */
  async copyStore(): Promise<() => Promise<void>> {
    const copies = await Promise.all(
      STORE_FILES.map(
        async (name) => [name, await readFile(join(this.folder, name)).catch(() => null)] as const,
      ),
    );
    return async () => {
      for (const [name, bytes] of copies) {
        await rm(join(this.folder, name), { force: true });
        if (bytes !== null) await writeFile(join(this.folder, name), bytes);
      }
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    await rm(this.folder, { recursive: true });
  }

  async #read(stdout: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stdout) this.#out += decoder.decode(chunk, { stream: true });
  }
}
