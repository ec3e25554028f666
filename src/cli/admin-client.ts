import { type CliIo, UsageError } from "./io.ts";
import { loadConfigAt } from "./load.ts";
import { renderFaults } from "./report-faults.ts";

const TIMEOUT_MS = 10_000;

/** Environment variable that holds the caller's admin token. */
const TOKEN_VARIABLE = "POSTERN_ADMIN_TOKEN";

/**
 * Asks the admin listener that the configuration names, with the token of `POSTERN_ADMIN_TOKEN`.
 * Throws `UsageError`, in words for whoever called, where that cannot be done or is refused.
 */
export async function adminRequest(
  io: Pick<CliIo, "cwd" | "env" | "style">,
  configPath: string,
  method: "GET" | "POST",
  path: string,
  body: object | null,
): Promise<unknown> {
  const { config, faults } = await loadConfigAt(configPath, io);
  if (config === null)
    throw new UsageError(`no admin listener is known:\n${renderFaults(faults, io).trimEnd()}`);
  const address = config.listen.admin;
  if (address === null) throw new UsageError(`${configPath} opens no admin listener: set listen.admin`);
  const token = io.env[TOKEN_VARIABLE];
  if (token === undefined || token === "") {
    throw new UsageError(
      config.admin.tokens.length === 0
        ? `${configPath} lets nobody use the admin API: put the hash of a token into admin.tokens, and the token into ${TOKEN_VARIABLE}`
        : `set ${TOKEN_VARIABLE} to a token whose hash is in admin.tokens of ${configPath}`,
    );
  }
  const unix = address.kind === "unix" ? { unix: address.path } : {};
  const host = address.kind === "unix" ? "localhost" : hostOf(address);
  const shown = address.kind === "unix" ? `unix:${address.path}` : host;
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(`http://${host}${path}`, {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "error",
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    ...unix,
  }).catch((cause: unknown) => {
    throw new UsageError(`no answer from the admin listener at ${shown}; is Postern running?`, { cause });
  });
  if (response.status === 401) {
    throw new UsageError(
      `the admin listener at ${shown} does not know the token in ${TOKEN_VARIABLE}: is its hash in admin.tokens?`,
    );
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok)
    throw new UsageError(messageOf(answer) ?? `the admin listener answered ${response.status}`);
  return answer;
}

/** A listener on every address is asked on loopback. */
function hostOf({ host, port }: { readonly host: string; readonly port: number }): string {
  if (host === "0.0.0.0") return `127.0.0.1:${port}`;
  if (host === "::") return `[::1]:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function messageOf(answer: unknown): string | null {
  if (typeof answer !== "object" || answer === null || !("error" in answer)) return null;
  const { error } = answer;
  if (typeof error !== "object" || error === null || !("message" in error)) return null;
  return typeof error.message === "string" ? error.message : null;
}
