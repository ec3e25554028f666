import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { importsOf } from "./imports.ts";
import { readSources, TOP } from "./source-files.ts";

const Versions = Type.Record(Type.String(), Type.String());
const Package = Type.Object({
  dependencies: Versions,
  devDependencies: Versions,
  scripts: Versions,
  engines: Type.Object({ bun: Type.String() }),
});

async function readPackage(): Promise<Static<typeof Package>> {
  return Value.Parse(Package, await Bun.file(join(TOP, "package.json")).json());
}

describe("package.json", () => {
  test("names every version exactly", async () => {
    const { dependencies, devDependencies } = await readPackage();
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  test("ships every package that the service imports, and none that it does not", async () => {
    const { dependencies } = await readPackage();
    const shipped = (await readSources()).filter(({ path }) => /^(?:src|plugins)\//.test(path));
    const imported = shipped
      .flatMap(importsOf)
      .flatMap(({ of }) => ("package" in of && !/^(?:node:|bun)/.test(of.package) ? [of.package] : []));
    expect([...new Set(imported)].toSorted()).toEqual(Object.keys(dependencies).toSorted());
  });

  test("and the scripts speak of one version of Bun", async () => {
    const { devDependencies, engines } = await readPackage();
    const { bun = "" } = devDependencies;
    expect(devDependencies["bun-types"]).toBe(bun);
    expect(engines.bun).toBe(`>=${bun}`);
    for (const file of ["scripts/setup.sh", "Dockerfile"]) {
      const versions = (await Bun.file(join(TOP, file)).text()).matchAll(/\bbun[@:](\d+\.\d+\.\d+)/g);
      expect([...new Set([...versions].map(([, version]) => version))]).toEqual([bun]);
    }
  });

  test("runs nothing but files that exist", async () => {
    const { scripts } = await readPackage();
    const files = Object.values(scripts).flatMap((script) => script.match(/\S+\/\S+\.(?:sh|ts)/g) ?? []);
    const missing = [];
    for (const file of files) if (!(await Bun.file(join(TOP, file)).exists())) missing.push(file);
    expect(missing).toEqual([]);
  });
});
