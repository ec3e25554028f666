import { errorReply } from "./errors.ts";

/** Where to listen. Port 0 is any that is free. */
export type Address =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** A listener that is open. */
export interface Listener {
  /** `http://127.0.0.1:8080`, or `unix:/path`. */
  readonly url: string;
  /** Stops accepting, lets what is under way finish; after `patienceMs` it is cut off. */
  stop(patienceMs: number): Promise<void>;
}

/** The address cannot be had. The message says which, and what to do. */
export class ListenError extends Error {
  override readonly name = "ListenError";
  readonly code = "cannot_listen";
}

const CAUSES: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", "it is taken; stop what listens there, or choose another address"],
  ["EADDRNOTAVAIL", "it is no address of this machine"],
  ["EACCES", "the system does not permit it"],
  ["ENOENT", "the folder of the socket does not exist"],
]);

/** The largest body that any route reads; what is larger is refused before the routes see it. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Serves `handle` at `address`; `shared` says that other processes listen there, too. Throws `ListenError`. */
export function listen(
  handle: (request: Request) => Response | Promise<Response>,
  address: Address,
  shared = false,
): Listener {
  const fetch = (request: Request) => (hasHost(request) ? handle(request) : errorReply(400));
  const server = openServer(address, fetch, shared);
  return {
    url: urlOfListener(address, server.port),
    async stop(patienceMs) {
      const timer = setTimeout(() => server.stop(true), patienceMs);
      await server.stop();
      clearTimeout(timer);
    },
  };
}

/** Without a well-formed host Bun's address is a path alone, in which routers look for the path in the wrong place. */
function hasHost({ url }: Request): boolean {
  return url.startsWith("http");
}

function openServer(
  address: Address,
  fetch: (request: Request) => Response | Promise<Response>,
  shared: boolean,
): Bun.Server<undefined> {
  const common = { fetch, maxRequestBodySize: MAX_BODY_BYTES, development: false };
  try {
    if (address.kind === "unix") return Bun.serve({ ...common, unix: address.path });
    // Outside development Bun shares a port unless told not to: another process would get half of the calls.
    return Bun.serve({ ...common, hostname: address.host, port: address.port, reusePort: shared });
  } catch (cause) {
    throw toListenError(address, cause);
  }
}

/** Says in words why an address cannot be had. */
export function toListenError(address: Address, cause: unknown): ListenError {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  const why = CAUSES.get(code) ?? "the system gives no reason that is known here";
  return new ListenError(`cannot listen on ${showAddress(address)}: ${why}`, { cause });
}

/** Where a listener is, with the port that it got. */
export function urlOfListener(address: Address, port: number | undefined): string {
  if (address.kind === "unix") return showAddress(address);
  return `http://${showAddress({ ...address, port: port ?? address.port })}`;
}

function showAddress(address: Address): string {
  return address.kind === "unix" ? `unix:${address.path}` : `${hostInUrl(address.host)}:${address.port}`;
}

function hostInUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
