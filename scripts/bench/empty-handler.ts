/**
 * What the proxies' server can do at most: it answers 200 and looks at nothing.
 * `bun scripts/bench/empty-handler.ts [PORT WORKERS]`; each process prints where it listens.
 */
import cluster from "node:cluster";
import { createServer } from "node:http";

const [port = 0, workers = 1] = process.argv.slice(2).map(Number);

function listen(): void {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Length": 0 });
    response.end();
  });
  server.listen({ host: "127.0.0.1", port, reusePort: workers > 1 }, () => {
    const bound = server.address();
    console.log(`http://127.0.0.1:${typeof bound === "object" ? bound?.port : ""}`);
  });
}

if (workers === 1 || cluster.isWorker) listen();
else {
  cluster.setupPrimary({ exec: Bun.main, args: process.argv.slice(2) });
  for (let worker = 0; worker < workers; worker++) cluster.fork();
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGTERM");
    process.exit(0);
  });
}
