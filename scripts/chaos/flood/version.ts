import { join } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };

/** Of the package, and the commit that is checked out: `0.1.0 9c842ec`, with a `+` where files differ from it. */
export async function findVersion(): Promise<string> {
  const cwd = join(import.meta.dir, "../../..");
  const ask = async (...args: readonly string[]) => {
    if (Bun.which("git") === null) return null;
    const git = Bun.spawn(["git", ...args], { cwd, stdout: "pipe", stderr: "ignore" });
    const text = (await git.stdout.text()).trim();
    return (await git.exited) === 0 ? text : null;
  };
  const commit = await ask("rev-parse", "--short", "HEAD");
  if (commit === null) return packageJson.version;
  const isChanged = (await ask("status", "--porcelain")) !== "";
  return `${packageJson.version} ${commit}${isChanged ? "+" : ""}`;
}
