import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blocksOf, readPage } from "../docs/pages.ts";
import { until } from "../support/until.ts";
import { freePort } from "./free-port.ts";

/** The S3 server of the page, as it is shown there: one that anybody may read from, and one for those with a key. */
export interface BucketServer extends AsyncDisposable {
  /** `host:port` that nginx reads from. */
  readonly address: string;
  /** With the key of those who write. */
  readonly writers: Bun.S3Client;
  /** The request lines that have reached the one that anybody may read from, since the last call. */
  take(): readonly string[];
}

const KEY = { accessKeyId: "a-writer", secretAccessKey: "a-secret-of-a-writer" } as const;

export async function openBucketServer(bucket: string): Promise<BucketServer> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "postern-bucket-"));
  stack.defer(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, bucket));
  const [reading = "", writing = ""] = await readCommands();
  const read = stack.use(await runServer(reading, "127.0.0.1:3000", folder));
  const write = stack.use(await runServer(writing, "127.0.0.1:3001", folder));
  const seen: string[] = [];
  const wire = stack.use(await listenIn(read.port, seen));
  const running = stack.move();
  return {
    address: `127.0.0.1:${wire.port}`,
    writers: new Bun.S3Client({ ...KEY, bucket, endpoint: `http://127.0.0.1:${write.port}` }),
    take: () => seen.splice(0),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

interface Running extends AsyncDisposable {
  readonly port: number;
}

/** The commands that the page shows for the shell. */
async function readCommands(): Promise<readonly string[]> {
  const shown = blocksOf(await readPage("docs/bucket.md")).find(({ language }) => language === "sh");
  return shown?.text.trim().split("\n") ?? [];
}

/** Runs a command of the page on a port of its own. */
async function runServer(command: string, written: string, folder: string): Promise<Running> {
  const port = await freePort();
  const here = command.replace(written, `127.0.0.1:${port}`).replace("/srv/buckets", folder);
  const env = { ...process.env, HOME: folder, S3_KEY_ID: KEY.accessKeyId, S3_SECRET: KEY.secretAccessKey };
  const child = Bun.spawn(["sh", "-c", `exec ${here}`], { stdin: "ignore", stderr: "ignore", env });
  await until(() =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => child.exitCode !== null,
    ),
  );
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Passes on to `port`, and writes down the request lines. */
async function listenIn(port: number, seen: string[]): Promise<Running> {
  const server = createServer((socket) => {
    const onward = createConnection(port, "127.0.0.1");
    socket.on("data", (chunk) => seen.push(...(String(chunk).match(/^[A-Z]+ \S+ HTTP\/1\.1$/gm) ?? [])));
    socket.pipe(onward).pipe(socket);
    for (const end of [socket, onward]) {
      end.on("error", () => {});
      end.on("close", () => (end === socket ? onward : socket).destroy());
    }
  });
  const own = await freePort();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(own, "127.0.0.1", resolve);
  await promise;
  return {
    port: own,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
