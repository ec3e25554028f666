import { test } from "bun:test";
import { DIE_WITH_PARENT } from "./die-with-parent.ts";
import { until } from "./until.ts";

const PROGRAM = `
const child = Bun.spawn([...JSON.parse(process.argv[1]), "sleep", "600"]);
console.log(child.pid);
await child.exited;
`;

test.if(DIE_WITH_PARENT.length > 0)(
  "a server ends with the process that started it, even if that is killed",
  async () => {
    const parent = Bun.spawn([process.execPath, "-e", PROGRAM, JSON.stringify(DIE_WITH_PARENT)]);
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    // It counts once the program is what it starts.
    await until(async () => (await nameOf(pid)) === "sleep");
    parent.kill("SIGKILL");
    await until(async () => (await nameOf(pid)) !== "sleep");
  },
);

/** What runs under a process id; null where nothing does. */
function nameOf(pid: number): Promise<string | null> {
  return Bun.file(`/proc/${pid}/comm`)
    .text()
    .then(
      (text) => text.trim(),
      () => null,
    );
}
