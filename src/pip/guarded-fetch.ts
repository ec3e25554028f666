import { lookup } from "node:dns/promises";
import type { HostFetch } from "../plugin.ts";
import { unknownReasonOf } from "./error-to-unknown.ts";
import { hostOf, isName, type Lookup } from "./guarded-lookup.ts";
import { ProviderError } from "./provider-error.ts";
import { readBody } from "./read-body.ts";
import type { RetryAfter } from "./retry-after.ts";

/** How the network is reached, so that it can be handed in. */
export interface Network {
  /** The addresses of a host name. */
  readonly resolve: Lookup;
  fetch(url: string, init: BunFetchRequestInit): Promise<Response>;
}

export const systemNetwork: Network = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  fetch: (url, init) => fetch(url, init),
};

export interface GuardedFetchOptions {
  readonly lookUp: Lookup;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly network: Pick<Network, "fetch">;
  readonly retryAfter: RetryAfter;
}

/**
 * A `fetch` that connects to an address which was checked and to no other. No redirects, no second try before
 * the source wants one, nothing slower than `timeoutMs` or larger than `maxBytes`.
 */
export function createGuardedFetch({
  lookUp,
  timeoutMs,
  maxBytes,
  network,
  retryAfter,
}: GuardedFetchOptions): HostFetch {
  return async (given, init = {}) => {
    const url = readUrl(given);
    if (retryAfter.leftMs() > 0) throw new ProviderError("refused", "wants to be left alone for a while");
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = init.signal === undefined ? timeout : AbortSignal.any([timeout, init.signal]);
    const host = hostOf(url);
    const addresses = await unlessAborted(lookUp(host), signal);
    const headers = new Headers({ ...init.headers });
    headers.set("host", url.host);
    headers.set("accept-encoding", "gzip");
    const request: BunFetchRequestInit = {
      method: init.method ?? "GET",
      headers,
      ...(init.body === undefined ? {} : { body: init.body }),
      signal,
      redirect: "manual",
      decompress: false,
      // The address is what is connected to; the certificate must still be the name's.
      ...(isName(host) ? { tls: { serverName: host } } : {}),
    };
    const response = await connect(network, url, addresses, request);
    retryAfter.heed(response);
    checkStatus(response.status);
    const body = await unlessAborted(readBody(response, maxBytes), signal);
    response.headers.delete("content-encoding");
    const { status, statusText, headers: answered } = response;
    return new Response(isBodiless(status) ? null : body, { status, statusText, headers: answered });
  };
}

/** The first address that takes a connection answers: a refused one has heard nothing of the question. */
async function connect(
  network: Pick<Network, "fetch">,
  url: URL,
  addresses: readonly string[],
  request: BunFetchRequestInit,
): Promise<Response> {
  let refused: unknown;
  for (const address of addresses) {
    const target = new URL(url);
    target.hostname = address.includes(":") ? `[${address}]` : address;
    try {
      return await network.fetch(target.href, request);
    } catch (error) {
      if (!isConnectionRefused(error)) throw error;
      refused = error;
    }
  }
  throw refused;
}

function isConnectionRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}

function readUrl(given: string | URL): URL {
  const url = URL.parse(String(given));
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ProviderError("unreachable", "only http:// and https:// addresses can be asked");
  }
  return url;
}

function checkStatus(status: number): void {
  if ((status >= 200 && status < 300) || status === 404) return;
  const refused = (status >= 300 && status < 400) || [401, 403, 407, 429].includes(status);
  throw new ProviderError(refused ? "refused" : "failed", `answered with status ${status}`);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205;
}

/** The promise, unless the signal comes first: not everything that is waited for hears it. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new ProviderError(unknownReasonOf(signal.reason), "not ready in time"));
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
