import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { chmod, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $ } from "bun";
import { installWheels } from "../../scripts/install-wheels.ts";
import type { Wheel } from "../../scripts/servers.ts";
import { requireTool } from "../support/require-tool.ts";

/** A wheel with nothing but `tool-1.data/scripts/tool`, a shell script that says "it runs". */
const WHEEL = Buffer.from(
  [
    "UEsDBBQAAAAAAAAAIVCOsm4AFwAAABcAAAAYAAAAdG9vbC0xLmRhdGEvc2NyaXB0cy90b29sIyEvYmluL3NoCmVjaG8gaXQg",
    "cnVucwpQSwECFAMUAAAAAAAAACFQjrJuABcAAAAXAAAAGAAAAAAAAAAAAAAAgAEAAAAAdG9vbC0xLmRhdGEvc2NyaXB0cy90",
    "b29sUEsFBgAAAAABAAEARgAAAE0AAAAAAA==",
  ].join(""),
  "base64",
);

describe.if(requireTool("unzip"))("installing a program from a wheel", () => {
  let top: string;
  let asked = 0;
  let serve: () => Response;
  const index = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch() {
      asked += 1;
      return serve();
    },
  });

  beforeAll(async () => {
    top = await mkdtemp(join(tmpdir(), "postern-wheels-"));
    await Bun.write(join(top, "tool-1.whl"), WHEEL);
  });
  afterAll(async () => {
    await rm(top, { recursive: true });
    await index.stop(true);
  });
  afterEach(() => {
    asked = 0;
  });

  const tool: Wheel = {
    project: "tool",
    version: "1",
    url: `http://127.0.0.1:${index.port}/tool-1.whl`,
    sha256: new Bun.CryptoHasher("sha256").update(WHEEL).digest("hex"),
    program: "tool-1.data/scripts/tool",
  };

  /** Folders of one test, with `unzip` and, where told, a `pip3` on the PATH. */
  async function makePlaces(pip?: string) {
    const folder = await mkdtemp(join(top, "places-"));
    const [cache, bin] = [join(folder, "cache"), join(folder, "bin")];
    await Bun.write(join(bin, ".keep"), "");
    await $`ln -s ${Bun.which("unzip") ?? ""} ${join(bin, "unzip")}`;
    if (pip !== undefined) {
      await Bun.write(join(bin, "pip3"), pip);
      await chmod(join(bin, "pip3"), 0o755);
    }
    const told: string[] = [];
    return {
      places: { cache, bin, path: bin, tell: (line: string) => void told.push(line) },
      told,
    };
  }

  const runTool = async (bin: string) => (await $`${join(bin, "tool")}`.text()).trim();

  test("downloads it once, and finds it in the cache afterwards", async () => {
    serve = () => new Response(WHEEL);
    const { places, told } = await makePlaces();
    await installWheels({ tool }, places);
    await rm(join(places.bin, "tool"));
    await installWheels({ tool }, places);
    expect(await runTool(places.bin)).toBe("it runs");
    expect([asked, told]).toEqual([1, ["Downloading tool 1 for the tests …"]]);
  });

  test("leaves one program behind, and nothing else, where two install at once", async () => {
    serve = () => new Response(WHEEL);
    const { places } = await makePlaces();
    await Promise.all([1, 2, 3].map(() => installWheels({ tool }, places)));
    expect(await runTool(places.bin)).toBe("it runs");
    expect(await readdir(places.cache)).toHaveLength(1);
    expect((await readdir(places.bin)).toSorted()).toEqual([".keep", "tool", "unzip"]);
  });

  test("links to the version that is named, where an older one is linked", async () => {
    serve = () => new Response(WHEEL);
    const { places } = await makePlaces();
    await $`ln -s /nowhere ${join(places.bin, "tool")}`;
    await installWheels({ tool }, places);
    expect(await realpath(join(places.bin, "tool"))).toStartWith(await realpath(places.cache));
  });

  test("installs nothing whose hash is another", async () => {
    serve = () => new Response(Buffer.concat([WHEEL, Buffer.from("more")]));
    const { places, told } = await makePlaces();
    await installWheels({ tool }, places);
    expect(told.at(-1)).toBe(
      "Could not install tool 1: tool-1.whl is not the file that scripts/servers.ts names",
    );
    expect([await readdir(places.cache), await Bun.file(join(places.bin, "tool")).exists()]).toEqual([
      [],
      false,
    ]);
  });

  test("tells why, where PyPI cannot be reached", async () => {
    serve = () => new Response(null, { status: 502 });
    const { places, told } = await makePlaces();
    await installWheels({ tool }, places);
    expect(told.at(-1)).toBe("Could not install tool 1: PyPI cannot be reached (status 502)");
    expect(await readdir(places.cache)).toEqual([]);
  });

  test("asks pip then, which may know a mirror", async () => {
    serve = () => new Response(null, { status: 502 });
    const { places } = await makePlaces(`#!/bin/sh\n/bin/cp ${top}/tool-1.whl "$5"\n`);
    await installWheels({ tool }, places);
    expect(await runTool(places.bin)).toBe("it runs");
  });

  test("holds what pip brings to the same hash", async () => {
    serve = () => new Response(null, { status: 502 });
    const { places, told } = await makePlaces('#!/bin/sh\necho another >"$5/tool-1.whl"\n');
    await installWheels({ tool }, places);
    expect(told.at(-1)).toContain("is not the file");
  });
});
