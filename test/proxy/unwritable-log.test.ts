import { beforeEach, expect, test } from "bun:test";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { sendRaw } from "../support/raw-http.ts";
import { Workspace } from "../support/run-verb.ts";
import { until } from "../support/until.ts";
import { AS_SENT_BY, outcomeOf } from "./rig.ts";

const POLICIES = `
applications:
  - name: status
    domain: status.example.com
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
`;

/** More decisions than fit into a pipe. */
const MANY = 1_000;

/** `postern serve`, whose standard output is a pipe that the test reads, or does not. */
class PipedPostern {
  readonly workspace = new Workspace();
  readonly pipe = join(this.workspace.folder, "log");
  out = "";
  #child: ReturnType<Workspace["spawnInto"]> | null = null;
  #reader: number | null = null;
  #url = "";

  async start(): Promise<void> {
    const config = {
      public_url: "https://postern.example.com",
      proxies: [{ kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1"] }],
      store: "memory:",
      policies: "./policies.yaml",
    };
    await this.workspace.write({ "policies.yaml": POLICIES, "postern.yaml": JSON.stringify(config) });
    Bun.spawnSync(["mkfifo", this.pipe]);
    this.openReader();
    this.#child = this.workspace.spawnInto(this.pipe, ["serve"]);
    await until(async () => {
      this.read();
      this.#url = /^nginx +(\S+)$/m.exec(this.out)?.[1] ?? "";
      return this.#url !== "";
    });
  }

  openReader(): void {
    this.#reader = openSync(this.pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  closeReader(): void {
    if (this.#reader !== null) closeSync(this.#reader);
    this.#reader = null;
  }

  /** Reads all that is in the pipe. */
  read(): void {
    const buffer = Buffer.alloc(65_536);
    try {
      for (;;) {
        const length = readSync(this.#reader ?? -1, buffer);
        if (length === 0) return;
        this.out += buffer.toString("utf8", 0, length);
      }
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
    }
  }

  async ask(): Promise<string> {
    return outcomeOf(await sendRaw(this.#url, AS_SENT_BY.nginx({ host: "status.example.com" })));
  }

  /** Ends it; what it has written to standard error. */
  async stop(): Promise<string> {
    this.#child?.kill("SIGKILL");
    this.closeReader();
    const told = await (this.#child?.stderr.text() ?? "");
    this.workspace[Symbol.dispose]();
    return told;
  }
}

let postern: PipedPostern;
beforeEach(async () => {
  postern = new PipedPostern();
  await postern.start();
});

test("where nobody reads the log any more nobody is let in, until somebody does; it is told once", async () => {
  expect(await postern.ask()).toBe("200");
  postern.closeReader();
  for (let times = 0; times < 5; times++) expect(await postern.ask()).toBe("403 failed");
  postern.openReader();
  expect(await postern.ask()).toBe("200");
  const told = await postern.stop();
  expect(told.match(/nobody reads the log any more/g)).toHaveLength(1);
}, 60_000);

test("a reader who stalls holds nobody up: who cannot be written down is denied, and no line is torn", async () => {
  const outcomes = new Set<string>();
  for (let times = 0; times < MANY && !outcomes.has("403 failed"); times++) outcomes.add(await postern.ask());
  expect(outcomes).toEqual(new Set(["200", "403 failed"]));
  postern.read();
  expect(await postern.ask()).toBe("200");
  postern.read();
  const lines = postern.out.split("\n").filter((line) => line.startsWith("{"));
  for (const line of lines) expect(JSON.parse(line).level).toBe("info");
  expect(await postern.stop()).toContain("the reader of the log is too slow");
}, 60_000);
