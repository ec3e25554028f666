import type { Server } from "node:net";
import { parseIp } from "../../core/ip-address.ts";
import type { IpSet } from "../../core/ip-set.ts";
import { type Address, toListenError, urlOfListener } from "../listen.ts";

/** Opens a server at `address` and says where it listens. `shared`: beside other processes. Throws `ListenError`. */
export async function openServer(server: Server, address: Address, shared: boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  if (address.kind === "unix") server.listen(address.path, resolve);
  else server.listen({ host: address.host, port: address.port, reusePort: shared }, resolve);
  try {
    await promise;
  } catch (cause) {
    throw toListenError(address, cause);
  }
  const bound = server.address();
  return urlOfListener(address, typeof bound === "object" ? bound?.port : undefined);
}

/** Whether somebody may ask; `peers` is null where the system has decided about that. */
export function isPeer(remoteAddress: string | undefined, peers: IpSet | null): boolean {
  if (peers === null) return true;
  const peer = remoteAddress === undefined ? null : parseIp(remoteAddress);
  return peer !== null && peers.has(peer);
}
