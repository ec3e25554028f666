import { isIP } from "node:net";
import tls from "node:tls";
import { Client } from "ldapts";
import type { Host } from "../../src/plugin.ts";

export interface DirectoryAddress {
  readonly url: string;
  readonly ca?: string;
  readonly bind_dn: string;
  readonly password: string;
}

/** Patience with the directory where the host has more. */
const TIMEOUT_MS = 10_000;

/**
 * Connects and binds, for one question: what hangs ends with its signal. It connects to an address that the host
 * has let through and to no name, which could lead elsewhere by then; the certificate must still be the name's.
 */
export async function connect(
  { url, ca, bind_dn, password }: DirectoryAddress,
  { lookUp }: Pick<Host, "lookUp">,
  signal: AbortSignal,
): Promise<Client> {
  const target = new URL(url);
  const name = target.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const tlsOptions = target.protocol === "ldaps:" ? { tlsOptions: verifying(name, ca) } : {};
  let refusal: unknown;
  for (const address of await lookUp(name)) {
    signal.throwIfAborted();
    target.hostname = isIP(address) === 6 ? `[${address}]` : address;
    const client = new Client({
      url: target.href,
      timeout: TIMEOUT_MS,
      connectTimeout: TIMEOUT_MS,
      ...tlsOptions,
    });
    const stop = () => void client.unbind().catch(() => {});
    signal.addEventListener("abort", stop, { once: true });
    try {
      await client.bind(bind_dn, password);
      return client;
    } catch (error) {
      stop();
      // Who refuses a connection has heard nothing of the password.
      if (!isConnectionRefused(error)) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

function verifying(name: string, ca: string | undefined): tls.ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
  };
}

function isConnectionRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
}
