import { Client } from "ldapts";

export interface DirectoryAddress {
  readonly url: string;
  readonly ca?: string;
  readonly bind_dn: string;
  readonly password: string;
}

/** Patience with the directory where the host has more. */
const TIMEOUT_MS = 10_000;

/** Connects and binds, for one question: what hangs ends with its signal. */
export async function connect(address: DirectoryAddress, signal: AbortSignal): Promise<Client> {
  const { url, ca, bind_dn, password } = address;
  const client = new Client({
    url,
    timeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
  });
  const stop = () => void client.unbind().catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  try {
    await client.bind(bind_dn, password);
    return client;
  } catch (error) {
    stop();
    throw error;
  }
}
