import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";
import type { Address } from "./listen.ts";

/**
 * Removes the socket file of a process that was killed, which would keep the next one from listening there. A
 * socket that somebody answers, and whatever is no socket, is left alone. Never throws: listening tells what is wrong.
 */
export async function removeStaleSocket(address: Address): Promise<void> {
  if (address.kind !== "unix" || !(await isSocket(address.path)) || !(await isRefused(address.path))) return;
  await unlink(address.path).catch(() => {});
}

async function isSocket(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isSocket() === true;
}

/** Whether nobody listens. One that may not be asked, or is too busy, counts as listening. */
async function isRefused(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path, () => resolve(false));
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  const refused = await promise;
  socket.destroy();
  return refused;
}
