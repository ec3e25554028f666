import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ISSUER } from "../token/access-team.ts";
import type { PlayedAccess } from "./played-access.ts";
import { Workspace } from "./run-verb.ts";
import { ADMIN_TOKENS, sha256 } from "./test-service.ts";

/** `postern serve`, as a process of its own. */
export class ServedPostern implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly #child: ReturnType<Workspace["spawn"]>;
  readonly #listening = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #out = "";

  private constructor(workspace: Workspace) {
    this.workspace = workspace;
    this.#child = workspace.spawn(["serve"]);
    this.#ended = this.#read();
  }

  /** Starts it and waits until its listeners are open. Throws what it wrote where it ends instead. */
  static async start(policies: string, access: PlayedAccess): Promise<ServedPostern> {
    const workspace = new Workspace();
    const config = { ...CONFIG, access: { team_domain: ISSUER, certs_url: access.certsUrl } };
    await workspace.write({ "policies.yaml": policies, "postern.yaml": JSON.stringify(config) });
    await mkdir(join(workspace.folder, "keys"), { mode: 0o700 });
    const ring = join(workspace.folder, "keys", "evaluation.1.json");
    if (signingKeys !== null) await writeFile(ring, signingKeys, { mode: 0o600 });
    const served = new ServedPostern(workspace);
    await served.#listening.promise;
    signingKeys ??= await readFile(ring, "utf8");
    return served;
  }

  /** All that was written to standard output. */
  get out(): string {
    return this.#out;
  }

  urlOf(listener: "public" | "admin"): string {
    return new RegExp(`^${listener} +(\\S+)$`, "m").exec(this.#out)?.[1] ?? "";
  }

  /** The log so far: everything after the lines that tell the listeners. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.#out.split("\n").slice(2, -1);
    return lines.map((line) => JSON.parse(line));
  }

  signal(name: "SIGTERM" | "SIGINT" | "SIGHUP"): void {
    this.#child.kill(name);
  }

  /** The exit code; standard output has been read to its end. */
  async exited(): Promise<number> {
    await this.#ended;
    return this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited();
    this.workspace[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of this.#child.stdout) {
      this.#out += decoder.decode(chunk, { stream: true });
      if (this.urlOf("public") !== "" && this.urlOf("admin") !== "") this.#listening.resolve();
    }
    const written = await this.#child.stderr.text();
    this.#listening.reject(new Error(`postern serve has ended: ${written}`));
  }
}

/** Those of the first process are handed to the others, for making RSA keys takes longer than all else. */
let signingKeys: string | null = null;

const CONFIG = {
  public_url: "https://postern.example.com",
  listen: { public: "127.0.0.1:0", admin: "127.0.0.1:0" },
  store: "sqlite:./postern.db",
  policies: "./policies.yaml",
  admin: { tokens: [{ name: "ops", role: "operator", sha256: sha256(ADMIN_TOKENS.operator) }] },
};
