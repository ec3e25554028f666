import { type Fact, known, unknown } from "../../core/fact.ts";
import { type IpAddress, parseIp } from "../../core/ip-address.ts";
import type { IpSet } from "../../core/ip-set.ts";
import type { UnknownReason } from "../../core/reason.ts";
import { Recent } from "../decision/recent.ts";

/** Source of what a proxy says of a request. */
export const PROXY = "proxy";

const MAX_HOPS = 32;

const KEPT_CHAINS = 10_000;
const MAX_KEPT_CHARS = 64;

/** The client by a chain of hops (`X-Forwarded-For`), as it is known at `now`. */
export type FindClient = (chain: string | undefined, now: number) => Fact<IpAddress>;

/** `skipHops` are trusted to forward. People ask again and again from the same address: it is parsed once. */
export function createFindClient(skipHops: IpSet): FindClient {
  const recent = new Recent<IpAddress>(KEPT_CHAINS);

  function readAnew(chain: string): IpAddress | UnknownReason {
    const client = readChain(chain, skipHops);
    if (typeof client !== "string" && chain.length <= MAX_KEPT_CHARS) recent.set(chain, client);
    return client;
  }

  return (chain = "", now) => {
    const client = recent.get(chain) ?? readAnew(chain);
    if (typeof client === "string") return unknown(client, PROXY);
    return known(client, { source: PROXY, learntAt: now, expiresAt: Number.POSITIVE_INFINITY });
  };
}

/** The nearest hop is the last; the first from there that is not trusted. One that is no plain address leaves all unknown. */
function readChain(chain: string, skipHops: IpSet): IpAddress | UnknownReason {
  if (chain === "") return "missing";
  const hops = chain.split(",", MAX_HOPS + 1).map((hop) => parseIp(hop.trim()));
  if (hops.length > MAX_HOPS || !hops.every((hop) => hop !== null)) return "malformed";
  return hops.findLast((hop) => !skipHops.has(hop)) ?? hops[0] ?? "missing";
}
