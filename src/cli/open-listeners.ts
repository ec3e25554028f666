import type { Config, ProxyConfig } from "../config/config.ts";
import { hasPublicRoutes } from "../config/restart-only.ts";
import { type Listener, listen } from "../server/listen.ts";
import { listenGrpc } from "../server/proxy/grpc/listen-grpc.ts";
import { listenHttp } from "../server/proxy/listen-http.ts";
import { removeStaleSocket } from "../server/remove-stale-socket.ts";
import type { ProxyHandler } from "./compose-proxies.ts";
import type { Composition } from "./composition.ts";
import type { Lasting } from "./lasting.ts";

/** A listener that is open, and what it is called. */
export interface NamedListener {
  readonly name: string;
  readonly listener: Listener;
}

/**
 * Opens the listeners of a configuration. Each request is answered by what is current when it comes. What
 * was opened is in `listeners` even where it throws `ListenError`.
 */
export async function openListeners(
  config: Config,
  current: () => Composition,
  part: Lasting["part"],
  listeners: NamedListener[],
): Promise<void> {
  const { listen: at, proxies } = config;
  const isShared = config.workers > 1;
  if (part !== "administration") {
    if (at.public !== null && hasPublicRoutes(config)) {
      const answer = (request: Request) => current().answerPublic(request);
      await removeStaleSocket(at.public);
      listeners.push({ name: "public", listener: listen(answer, at.public, isShared) });
    }
    for (const [index, { name }] of current().proxies.entries()) {
      const proxy = proxies[index];
      if (proxy === undefined) throw new RangeError(`no proxy ${name} is configured`);
      const handler = () => handlerAt(current(), index);
      listeners.push({ name, listener: await openProxy(proxy, handler, isShared) });
    }
  }
  if (at.admin !== null && part !== "traffic") {
    const answer = (request: Request) => current().answerAdmin(request);
    await removeStaleSocket(at.admin);
    listeners.push({ name: "admin", listener: listen(answer, at.admin) });
  }
}

/** The proxies of a running Postern are always the same ones. */
function handlerAt({ proxies }: Composition, index: number): ProxyHandler {
  const handler = proxies[index];
  if (handler === undefined) throw new RangeError("the proxies are others than those that were opened");
  return handler;
}

async function openProxy(
  { kind, listen: address }: ProxyConfig,
  current: () => ProxyHandler,
  isShared: boolean,
): Promise<Listener> {
  const peers =
    address.kind === "unix"
      ? null
      : { has: (ip: Parameters<ProxyHandler["peers"]["has"]>[0]) => current().peers.has(ip) };
  const openContract = kind === "envoy-grpc" ? listenGrpc : listenHttp;
  const answerProxy: ProxyHandler["answerProxy"] = {
    answer: (raw) => current().answerProxy.answer(raw),
    refuse: (refusal) => current().answerProxy.refuse(refusal),
  };
  await removeStaleSocket(address);
  return openContract(answerProxy, address, peers, isShared);
}
