import { resolve } from "node:path";
import { loadConfig } from "../config/load-config.ts";
import { renderFault } from "../core/place.ts";
import { type CliIo, UsageError } from "./io.ts";

const TIMEOUT_MS = 10_000;

/** Environment variable that holds the caller's admin token. */
const TOKEN_VARIABLE = "POSTERN_ADMIN_TOKEN";

/**
 * Asks the admin listener that the configuration names, with the token of `POSTERN_ADMIN_TOKEN`.
 * Throws `UsageError`, in words for whoever called, where that cannot be done or is refused.
 */
export async function adminRequest(
  io: Pick<CliIo, "cwd" | "env">,
  configPath: string,
  method: "GET" | "POST",
  path: string,
  body: object | null,
): Promise<unknown> {
  const { config, faults } = await loadConfig(resolve(io.cwd, configPath), io.env);
  if (config === null) throw new UsageError(faults.map(renderFault).join("\n"));
  const address = config.listen.admin;
  if (address === null) throw new UsageError(`${configPath} opens no admin listener: set listen.admin`);
  const token = io.env[TOKEN_VARIABLE];
  if (token === undefined || token === "") throw new UsageError(`set ${TOKEN_VARIABLE} to an admin token`);
  const unix = address.kind === "unix" ? { unix: address.path } : {};
  const host = address.kind === "unix" ? "localhost" : hostOf(address);
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(`http://${host}${path}`, {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: "error",
    ...(body === null ? {} : { body: JSON.stringify(body) }),
    ...unix,
  }).catch((cause: unknown) => {
    throw new UsageError(`no answer from the admin listener at ${host}; is Postern running?`, { cause });
  });
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
