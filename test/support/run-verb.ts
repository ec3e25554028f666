import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { addAsk } from "../../src/cli/ask.ts";
import { addCheck } from "../../src/cli/check.ts";
import { addDemo } from "../../src/cli/demo.ts";
import { addExplain } from "../../src/cli/explain.ts";
import { addImport } from "../../src/cli/import.ts";
import { addInit } from "../../src/cli/init.ts";
import { addKeys } from "../../src/cli/keys.ts";
import { addLint } from "../../src/cli/lint.ts";
import { addNewPlugin } from "../../src/cli/new-plugin.ts";
import { runCli } from "../../src/cli/program.ts";
import { addServe } from "../../src/cli/serve.ts";
import { addSessions } from "../../src/cli/sessions.ts";
import { addTest } from "../../src/cli/test.ts";
import { DIE_WITH_PARENT } from "./die-with-parent.ts";
import { collectLines, NOON } from "./records.ts";

const VERBS = [
  addServe,
  addDemo,
  addInit,
  addImport,
  addCheck,
  addLint,
  addTest,
  addExplain,
  addKeys,
  addNewPlugin,
  addSessions,
  addAsk,
];

export const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
/** What plugins in a folder of their own import. */
export const PLUGIN_DOOR = new URL("../../src/plugin.ts", import.meta.url).pathname;

/** How a verb ended, and what it wrote. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own, gone when `using` ends. */
export class Workspace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "postern-cli-"));

  /** Writes these files, by their paths in the folder. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
  }

  read(path: string): Promise<string> {
    return Bun.file(join(this.folder, path)).text();
  }

  /** Runs `postern` in this process with the folder for its working directory, at `NOON`, on no terminal. */
  async run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const [out, err] = [collectLines(), collectLines()];
    const io = {
      out: out.write,
      err: err.write,
      env,
      cwd: this.folder,
      style: { color: false, width: 100 },
      now: () => NOON,
      signal: new AbortController().signal,
    };
    const code = await runCli(args, io, VERBS);
    return { code, out: out.lines.join(""), err: err.lines.join("") };
  }

  /** Starts `postern` as a process. */
  spawn(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return Bun.spawn([...DIE_WITH_PARENT, process.execPath, MAIN, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? "", ...env },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
  }

  /** The same, with standard output to a file, or to a pipe that has a name. */
  spawnInto(file: string, args: readonly string[]) {
    return Bun.spawn([...DIE_WITH_PARENT, process.execPath, MAIN, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? "" },
      stdin: "ignore",
      stdout: Bun.file(file),
      stderr: "pipe",
    });
  }

  /** Runs `postern` as a process to its end. */
  async runProcess(args: readonly string[], { stdin = "", env = {} } = {}): Promise<Ran> {
    const child = this.spawn(args, env);
    child.stdin.write(stdin);
    child.stdin.end();
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { code, out, err };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A configuration that is in order, for the policies in `policies.yaml`. */
export const CONFIG = `
public_url: https://postern.example.com
listen: { public: 127.0.0.1:0, admin: 127.0.0.1:0 }
store: "memory:"
access: { team_domain: https://acme.cloudflareaccess.com }
policies: ./policies.yaml
`;
