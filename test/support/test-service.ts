import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, type JWTVerifyResult, jwtVerify } from "jose";
import { startService } from "../../src/cli/compose.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { renderFault } from "../../src/core/place.ts";
import type { Store } from "../../src/store/store.ts";
import { ISSUER, NOW } from "../token/access-team.ts";
import { type PlayedAccess, playAccess, type Question, signQuestion } from "./played-access.ts";
import { collectLines } from "./records.ts";

/** Those of the first service are handed to the others, for making RSA keys takes longer than all else. */
let signingKeys: string | null = null;

/** Tokens of the admin API of a test service, by role. */
export const ADMIN_TOKENS = { viewer: "viewer-token", operator: "operator-token" } as const;

export interface TestServiceOptions {
  /** Sections of `postern.yaml` that are not as usual. */
  readonly config?: object;
  readonly store?: Store;
  /** Access, where it is not one of the service's own. */
  readonly access?: PlayedAccess;
  readonly env?: Readonly<Record<string, string>>;
  /** When it starts, milliseconds since the epoch; `NOW` unless told. */
  readonly now?: number;
}

/** An HTTP answer that was read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Postern in this process on loopback ports of its own, on a clock that stands still. */
export class TestService {
  /** Milliseconds since the epoch. */
  now = NOW;
  readonly #logged = collectLines();
  #stopped: Promise<void> | null = null;
  #service: Awaited<ReturnType<typeof startService>> | null = null;

  private constructor(
    readonly access: PlayedAccess,
    readonly folder: string,
  ) {}

  /** Starts it with these policies. Throws what keeps it from starting. */
  static async start(policies: string, options: TestServiceOptions = {}): Promise<TestService> {
    const folder = await mkdtemp(join(tmpdir(), "postern-test-"));
    const test = new TestService(options.access ?? playAccess(), folder);
    test.now = options.now ?? NOW;
    await test.writePolicies(policies);
    const file = await test.writeConfig(options.config);
    const load = () => loadConfig(file, { ...options.env });
    const { config, faults, files } = await load();
    if (config === null) throw new Error(faults.map(renderFault).join("\n"));
    const store = options.store === undefined ? {} : { store: options.store };
    const clock = () => test.now;
    const ring = join(folder, "keys", "evaluation.1.json");
    await mkdir(join(folder, "keys"), { mode: 0o700 });
    if (signingKeys !== null) await writeFile(ring, signingKeys, { mode: 0o600 });
    const source = { files, load };
    test.#service = await startService({ config, source, clock, logDestination: test.#logged, ...store });
    if (config.keys.passphrase === null) signingKeys ??= await readFile(ring, "utf8").catch(() => null);
    return test;
  }

  urlOf(listener: string): string {
    return this.#running.listeners.find(({ name }) => name === listener)?.url ?? "";
  }

  /** Everything that was logged, as it was written. */
  get log(): string {
    return this.#logged.lines.join("");
  }

  /** Lines of the log with this message, parsed. */
  logged(msg: string): readonly Readonly<Record<string, unknown>>[] {
    return this.#logged.lines.map((line) => JSON.parse(line)).filter((line) => line.msg === msg);
  }

  /** Replaces the policy file, atomically. */
  async writePolicies(text: string): Promise<void> {
    const draft = join(this.folder, ".draft.yaml");
    await writeFile(draft, text);
    await rename(draft, join(this.folder, "policies.yaml"));
  }

  /** Replaces `postern.yaml`, atomically, by one with these sections; says where it is. */
  async writeConfig(sections: object = {}): Promise<string> {
    return this.writeConfigText(JSON.stringify({ ...configOf(this.access), ...sections }));
  }

  /** The same with this very text. */
  async writeConfigText(text: string): Promise<string> {
    const draft = join(this.folder, ".draft-of-config.yaml");
    const file = join(this.folder, "postern.yaml");
    await writeFile(draft, text);
    await rename(draft, file);
    return file;
  }

  /** The revision of the policies that serve. */
  async revision(): Promise<string> {
    const { text } = await this.admin("/metrics");
    return /^policy_info\{revision="([^"]*)"\} 1$/m.exec(text)?.[1] ?? "";
  }

  reload(): Promise<void> {
    return this.#running.reload();
  }

  /** Asks `/evaluate/<application>`, as Access does. */
  async ask(application: string, question: Question = {}): Promise<Reply> {
    return this.post(application, await signQuestion({ at: this.now, ...question }));
  }

  /** Posts this very token to `/evaluate/<application>`. */
  post(application: string, token: string): Promise<Reply> {
    return this.postTo(`/evaluate/${application}`, token);
  }

  async postTo(path: string, token: string): Promise<Reply> {
    return readReply(
      await fetch(`${this.urlOf("public")}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ token }),
      }),
    );
  }

  /** Asks the admin listener; `role` says whose token goes with it. */
  async admin(path: string, { role, ...init }: AdminRequest = {}): Promise<Reply> {
    const headers = role === undefined ? {} : { Authorization: `Bearer ${ADMIN_TOKENS[role]}` };
    return readReply(await fetch(`${this.urlOf("admin")}${path}`, { headers, ...init }));
  }

  /** The claims of a signed answer, verified as Access does. Throws where it does not hold. */
  async verify(reply: Reply): Promise<JWTVerifyResult> {
    const keys = await fetch(`${this.urlOf("public")}/keys`);
    const options = { algorithms: ["RS256"], currentDate: new Date(this.now) };
    return jwtVerify(JSON.parse(reply.text).token, createLocalJWKSet(JSON.parse(await keys.text())), options);
  }

  /** What a signed answer says: whether the person may enter. */
  async success(reply: Reply): Promise<unknown> {
    return (await this.verify(reply)).payload.success;
  }

  /** Stops as SIGTERM does; what it wrote is still there. */
  async shutDown(patienceMs: number): Promise<void> {
    this.#stopped ??= this.#running.stop(patienceMs);
    await this.#stopped;
  }

  /** Ends all of it and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.shutDown(0);
    await this.access.stop();
    await rm(this.folder, { recursive: true });
  }

  get #running() {
    if (this.#service === null) throw new Error("the service has not been started");
    return this.#service;
  }
}

export interface AdminRequest {
  readonly role?: keyof typeof ADMIN_TOKENS;
  readonly method?: string;
  readonly body?: string;
}

export async function readReply(response: Response): Promise<Reply> {
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function configOf(access: PlayedAccess): object {
  return {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:0", admin: "127.0.0.1:0" },
    store: "memory:",
    access: { team_domain: ISSUER, certs_url: access.certsUrl },
    policies: "./policies.yaml",
    admin: {
      tokens: Object.entries(ADMIN_TOKENS).map(([role, token]) => ({
        name: `a-${role}`,
        role,
        sha256: sha256(token),
      })),
    },
  };
}

export function sha256(text: string): string {
  return new Bun.CryptoHasher("sha256").update(text).digest("hex");
}
