import { type IpRange, parseIp, parseRange } from "../core/ip-address.ts";
import { compileIpSet, type IpSet } from "../core/ip-set.ts";

/** What a provider may reach beside the public internet: hosts by name, and blocks of addresses. */
export interface Reach {
  readonly hosts: readonly string[];
  readonly ranges: readonly IpRange[];
}

export const PUBLIC_ONLY: Reach = { hosts: [], ranges: [] };

/** Whether a provider may connect to `address`, which `host` (lower case) was resolved to. */
export type AddressGuard = (host: string, address: string) => boolean;

/**
 * Special-purpose addresses (RFC 6890 and IANA's registries): private, loopback, link-local, shared,
 * documentation, multicast; the metadata services of clouds; and IPv6 in which an IPv4 address is hidden.
 */
const SPECIAL: IpSet = compileIpSet(
  [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
    ...["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"],
    ...["198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "168.63.129.16/32"],
    ...["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"],
  ].flatMap((text) => parseRange(text) ?? []),
);

/** All of IPv6 that is handed out for use on the internet. */
const GLOBAL_IPV6: IpSet = compileIpSet([parseRange("2000::/3")].flatMap((range) => range ?? []));

export function createAddressGuard({ hosts, ranges }: Reach): AddressGuard {
  const listedHosts = new Set(hosts.map((host) => host.toLowerCase()));
  const listedRanges = compileIpSet(ranges);
  return (host, address) => {
    const ip = parseIp(address);
    if (ip === null) return false;
    if (listedHosts.has(host) || listedRanges.has(ip)) return true;
    return !SPECIAL.has(ip) && (ip.family === 4 || GLOBAL_IPV6.has(ip));
  };
}
