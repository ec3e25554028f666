import { type Fact, known, unknown } from "../../core/fact.ts";
import { type IpAddress, parseIp } from "../../core/ip-address.ts";
import type { IpSet } from "../../core/ip-set.ts";

/** Source of what a proxy says of a request. */
export const PROXY = "proxy";

const MAX_HOPS = 32;

/**
 * The client by a chain of hops (`X-Forwarded-For`), the nearest last: the first one from the right that
 * is not trusted to forward. One hop that is no plain address leaves all of it unknown.
 */
export function findClient(chain: string | undefined, skipHops: IpSet, now: number): Fact<IpAddress> {
  if (chain === undefined || chain === "") return unknown("missing", PROXY);
  const hops = chain.split(",", MAX_HOPS + 1).map((hop) => parseIp(hop.trim()));
  if (hops.length > MAX_HOPS || !hops.every((hop) => hop !== null)) return unknown("malformed", PROXY);
  const client = hops.findLast((hop) => !skipHops.has(hop)) ?? hops[0];
  if (client === undefined) return unknown("missing", PROXY);
  return known(client, { source: PROXY, learntAt: now, expiresAt: Number.POSITIVE_INFINITY });
}
