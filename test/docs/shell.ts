import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TOP } from "../meta/source-files.ts";

/** How a command ended, and what it wrote to both outputs. */
export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Stands for itself in what documentation shows, and for a port that is free in what is run. */
const PORTS = ["8080", "8082"] as const;

const MARK = "\u001e";
const START_TIMEOUT_MS = 20_000;

/** A shell in a folder of its own, in which `postern` and `npm run` are this project's; gone when `using` ends. */
export class Shell implements AsyncDisposable {
  readonly #output: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #unread = "";
  #serving = false;

  private constructor(
    readonly folder: string,
    private readonly child: Bun.Subprocess<"pipe", "pipe", "inherit">,
    private readonly ports: ReadonlyMap<string, string>,
  ) {
    this.#output = child.stdout[Symbol.asyncIterator]();
  }

  static async open(): Promise<Shell> {
    const folder = await mkdtemp(join(tmpdir(), "postern-docs-"));
    const bin = join(folder, ".bin");
    await mkdir(bin);
    await writeProgram(join(bin, "postern"), `exec "${process.execPath}" "${TOP}/src/main.ts" "$@"`);
    await writeProgram(join(bin, "npm"), await npmRun());
    const child = Bun.spawn(["sh"], {
      cwd: folder,
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: folder, NO_COLOR: "1", TMPDIR: tmpdir() },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    return new Shell(folder, child, new Map(PORTS.map((port) => [port, findFreePort()])));
  }

  /** Runs one line; `postern serve` goes on until the shell is gone. */
  async run(command: string): Promise<Ended> {
    const line = this.#replacePorts(command);
    if (line.startsWith("curl -s ")) return this.#fetch(line.slice("curl -s ".length));
    return /^postern serve\b/.test(line) ? this.#serve(line) : this.#execute(line);
  }

  /** Writes a file where the shell is. */
  async write(path: string, text: string): Promise<string> {
    const { output } = await this.#ask("pwd");
    const file = join(output.trim(), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  }

  /** What was written, as documentation shows it: with its own ports. */
  asDocumented(text: string): string {
    let shown = text;
    for (const [documented, free] of this.ports) shown = shown.replaceAll(`:${free}`, `:${documented}`);
    return shown;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#serving) {
      const { code } = await this.#ask("kill $serving; wait $serving");
      if (code !== 0) throw new Error(`postern serve ended with ${code}`);
    }
    this.child.stdin.end();
    await this.child.exited;
    await rm(this.folder, { recursive: true });
  }

  /** A line that is no command of the page, and leaves `$?` as it was. */
  #ask(line: string): Promise<Ended> {
    return this.#execute(line, "asked");
  }

  async #execute(line: string, code = "code"): Promise<Ended> {
    const script = `{ (exit \${code:-0}); ${line}\n} </dev/null 2>&1; ${code}=$?; printf '${MARK}%d${MARK}' $${code}`;
    this.child.stdin.write(`${script}\n`);
    this.child.stdin.flush();
    const [output = "", ended = ""] = await this.#readTo(2);
    return { code: Number(ended), output };
  }

  /** What comes before each of so many marks. */
  async #readTo(marks: number): Promise<readonly string[]> {
    while (this.#unread.split(MARK).length <= marks) {
      const { value, done } = await this.#output.next();
      if (done) throw new Error(`the shell ended: ${this.#unread}`);
      this.#unread += this.#decoder.decode(value, { stream: true });
    }
    const parts = this.#unread.split(MARK);
    this.#unread = parts.slice(marks).join(MARK);
    return parts.slice(0, marks);
  }

  async #serve(line: string): Promise<Ended> {
    for (const [documented, free] of this.ports) {
      await this.#ask(`sed -i 's/127.0.0.1:${documented}/127.0.0.1:${free}/' postern.yaml`);
    }
    await this.#ask(`${line} >serve.log 2>&1 & serving=$!`);
    this.#serving = true;
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      const { output } = await this.#ask("cat serve.log; kill -0 $serving");
      if (/^(?:public|admin) +http/m.test(output)) return { code: 0, output };
      if (output.includes("No such process")) break;
      await Bun.sleep(50);
    }
    return { code: 1, output: (await this.#ask("cat serve.log")).output };
  }

  async #fetch(url: string): Promise<Ended> {
    const response = await fetch(url);
    return { code: 0, output: await response.text() };
  }

  #replacePorts(text: string): string {
    let replaced = text;
    for (const [documented, free] of this.ports)
      replaced = replaced.replaceAll(`127.0.0.1:${documented}`, `127.0.0.1:${free}`);
    return replaced;
  }
}

function findFreePort(): string {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = server;
  server.stop(true);
  return String(port);
}

async function writeProgram(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** `npm run NAME [-- …]` without npm: the script of package.json, by the Bun that runs this. */
async function npmRun(): Promise<string> {
  const { scripts }: { scripts: Record<string, string> } = await Bun.file(join(TOP, "package.json")).json();
  const cases = Object.entries(scripts)
    .filter(([, script]) => script.startsWith("sh scripts/with-bun.sh "))
    .map(([name, script]) => {
      const args = script.slice("sh scripts/with-bun.sh ".length).replace("src/", `${TOP}/src/`);
      return `${name}) shift 2; [ "\${1:-}" = -- ] && shift; exec "${process.execPath}" ${args} "$@";;`;
    });
  return `case "$2" in\n${cases.join("\n")}\n*) echo "npm: no script $2"; exit 1;;\nesac`;
}
