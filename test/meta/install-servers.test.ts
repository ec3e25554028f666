import { afterEach, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installServers } from "../../scripts/install-servers.ts";
import { PACKAGES } from "../../scripts/servers.ts";

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A machine with nothing but an `apt-get` that writes down how it was called. */
async function makeMachine(installed: readonly string[], aptGet = "exit 0") {
  const folder = await mkdtemp(join(tmpdir(), "postern-machine-"));
  folders.push(folder);
  const calls = join(folder, "calls");
  const policyFile = join(folder, "policy-rc.d");
  await Bun.write(calls, "");
  for (const name of installed) await writeProgram(join(folder, name), "exit 0");
  await writeProgram(
    join(folder, "apt-get"),
    `echo "$@" >>${calls}\n[ -x ${policyFile} ] && ${policyFile}\n[ $? = 101 ] || exit 1\n${aptGet}`,
  );
  const told: string[] = [];
  const machine = {
    path: folder,
    isRoot: true,
    policyFile,
    wheels: {},
    cache: join(folder, "cache"),
    bin: folder,
    tell: (line: string) => void told.push(line),
  };
  const readCalls = async () =>
    (await Bun.file(calls).text())
      .trim()
      .split("\n")
      .filter((line) => line !== "");
  return { machine, folder, readCalls, told };
}

async function writeProgram(path: string, body: string): Promise<void> {
  await Bun.write(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
}

const COMMANDS = Object.keys(PACKAGES);

describe("installing the servers of the tests", () => {
  test("asks apt once for what is missing, and lets nothing start", async () => {
    const missing = ["nginx", "caddy"];
    const { machine, readCalls, folder } = await makeMachine(
      COMMANDS.filter((name) => !missing.includes(name)),
    );
    await installServers(machine);
    const [update = "", install = "", ...others] = await readCalls();
    expect(update).toEndWith("update");
    expect(install).toContain("-y -qq --no-install-recommends");
    expect(install).toEndWith("install nginx caddy");
    expect(others).toEqual([]);
    expect(await readdir(folder)).not.toContain("policy-rc.d");
  });

  test("tries one by one where one of them cannot be had", async () => {
    const missing = ["nginx", "caddy"];
    const { machine, readCalls, told } = await makeMachine(
      COMMANDS.filter((name) => !missing.includes(name)),
      'case "$*" in *nginx*) exit 100;; esac',
    );
    await installServers(machine);
    const installs = (await readCalls()).map((call) => call.replace(/^.*(?=install )/, ""));
    expect(installs.slice(1)).toEqual(["install nginx caddy", "install nginx", "install caddy"]);
    expect(told.at(-1)).toBe("Could not install: nginx, caddy.");
  });

  test("does nothing where all are there", async () => {
    const { machine, readCalls } = await makeMachine(COMMANDS);
    await installServers(machine);
    expect(await readCalls()).toEqual([]);
  });

  test("does nothing but as root", async () => {
    const { machine, readCalls } = await makeMachine([]);
    await installServers({ ...machine, isRoot: false });
    expect(await readCalls()).toEqual([]);
  });

  test("leaves an operator's own policy on starting services as it was", async () => {
    const { machine } = await makeMachine([]);
    await writeProgram(machine.policyFile, "exit 101 # mine");
    await installServers(machine);
    expect(await Bun.file(machine.policyFile).text()).toContain("# mine");
  });
});
