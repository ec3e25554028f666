import type { AddressGuard } from "./address-guard.ts";
import { ProviderError } from "./provider-error.ts";

/** The addresses of a host, lower case, name or address: one of them, and no name, is what may be connected to. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/**
 * Looks a name up once and checks every address that it has: whoever connects to one of these connects to what
 * was checked, whatever the name leads to by then. Throws `ProviderError`, or what `resolve` throws.
 */
export function createGuardedLookup(mayReach: AddressGuard, resolve: Lookup): Lookup {
  return async (host) => {
    const addresses = isName(host) ? await resolve(host) : [host];
    if (addresses.length > 0 && addresses.every((address) => mayReach(host, address))) return addresses;
    throw new ProviderError("unreachable", `${host} has an address that this provider may not reach`);
  };
}

/** Whether a host of a URL, without brackets, is a name and no address. */
export function isName(host: string): boolean {
  return !/^[\d.]+$|:/.test(host);
}

/** The host of a URL as it is looked up: without brackets, and without the dot that ends a name. */
export function hostOf({ hostname }: URL): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}
