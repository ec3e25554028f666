import { join, resolve } from "node:path";
import type { CliIo } from "./io.ts";

/** Where this Postern is installed. */
export const INSTALLATION = resolve(import.meta.dir, "../..");

/** How `postern` is called from here: it need not be on the PATH. */
export function commandName({ cwd, env }: Pick<CliIo, "cwd" | "env">): string {
  const isOnPath = (name: string) => Bun.which(name, { PATH: env.PATH ?? "" }) !== null;
  if (isOnPath("postern")) return "postern";
  if (resolve(cwd) !== INSTALLATION) return `bun ${join(INSTALLATION, "src/main.ts")}`;
  return isOnPath("bun") ? "bun run postern" : "npm run postern --";
}
