import { connect, createServer, type Socket } from "node:net";

/** Stands between a client and a server of loopback, and counts how often the client waits for the server. */
export interface CountingProxy {
  readonly port: number;
  /** Round trips so far: whatever is sent before the first reply arrives is one. */
  roundTrips(): number;
  stop(): void;
}

/** Long enough for a client to have sent all that it sends without a reply. */
const HOLD_MS = 20;

/** Every reply is held back for a while, so that what is sent meanwhile did not wait for it. */
export async function startCountingProxy(serverPort: number): Promise<CountingProxy> {
  let roundTrips = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    let waiting = false;
    client.on("data", (sent) => {
      if (!waiting) roundTrips++;
      waiting = true;
      upstream.write(sent);
    });
    upstream.on("data", (reply) => {
      setTimeout(() => {
        waiting = false;
        client.write(reply);
      }, HOLD_MS);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    port: address.port,
    roundTrips: () => roundTrips,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
