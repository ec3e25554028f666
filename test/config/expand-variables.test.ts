// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the syntax under test
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandVariables } from "../../src/config/expand-variables.ts";
import { readSource } from "../../src/config/source.ts";
import { renderFault } from "../../src/core/place.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "postern-expand-"));
  await writeFile(join(folder, "secret"), "from a file\n");
  await writeFile(join(folder, "lines"), "one\ntwo\n\n");
  await writeFile(join(folder, "marks"), "${NAME}");
  await writeFile(join(folder, "empty"), "\n");
  await writeFile(join(folder, "binary"), new Uint8Array([0xff, 0xfe]));
  await writeFile(join(folder, "large"), "x".repeat(70_000));
});

afterAll(() => rm(folder, { recursive: true }));

function expand(text: string, env: Record<string, string> = { NAME: "value", NESTED: "${NAME}" }) {
  const { source } = readSource("p.yaml", `v: ${JSON.stringify(text)}`);
  if (source === null) throw new Error("the test's own YAML is broken");
  const expanded = expandVariables(source, env);
  return {
    ...expanded,
    value: (expanded.source.value as { v: unknown }).v,
    faults: expanded.faults.map(renderFault),
  };
}

describe("put in", () => {
  test.each([
    ["plain", "plain"],
    ["${NAME}", "value"],
    ["a-${NAME}-${NAME}", "a-value-value"],
    ["$${NAME}", "${NAME}"],
    ["$$${NAME}", "$${NAME}"],
    ["$NAME {NAME} $", "$NAME {NAME} $"],
  ])("%s becomes %s", (text, result) => {
    expect(expand(text)).toMatchObject({ value: result, faults: [] });
  });

  test("a file, without its last line break, and named to be watched", () => {
    expect(expand(`\${file:${folder}/secret}`)).toMatchObject({
      value: "from a file",
      faults: [],
      files: [`${folder}/secret`],
    });
    expect(expand(`\${file:${folder}/lines}`).value).toBe("one\ntwo\n");
  });

  test("once: what was put in is not looked at again", () => {
    expect(expand("${NESTED}").value).toBe("${NAME}");
    expect(expand(`\${file:${folder}/marks}`).value).toBe("${NAME}");
  });

  test("in values, never in keys", () => {
    const { source } = readSource("p.yaml", '"${NAME}": [{x: "${NAME}"}, 1, null]');
    if (source === null) throw new Error("the test's own YAML is broken");
    expect(expandVariables(source, { NAME: "value" }).source.value).toEqual({
      "${NAME}": [{ x: "value" }, 1, null],
    });
  });

  test("and hidden from messages", () => {
    expect(expand("x-${NAME}").source.hides(["v"])).toBe(true);
    expect(expand("x").source.hides(["v"])).toBe(false);
    expect(expand("$${NAME}").source.hides(["v"])).toBe(false);
  });
});

describe("refused", () => {
  test.each([
    ["${NOPE}", "the environment variable NOPE is not set"],
    ["${EMPTY}", "the environment variable EMPTY is empty"],
    ["${constructor}", "the environment variable constructor is not set"],
    ["${__proto__}", "the environment variable __proto__ is not set"],
    ["${}", "malformed ${…}; write ${NAME}, ${file:/path}, or $${ for a plain ${"],
    ["${A-B}", "malformed ${…}; write ${NAME}, ${file:/path}, or $${ for a plain ${"],
    ["${NAME:-x}", "malformed ${…}; write ${NAME}, ${file:/path}, or $${ for a plain ${"],
    ["${NAME", "a ${ without its }; write $${ for a plain ${"],
    ["${file:secret}", "a file in ${file:…} needs an absolute path"],
    ["${file:/nope/nope}", "${file:…}: the file cannot be read: there is no such file"],
    ["${file:/}", "what ${file:…} names is not a file"],
  ])("%s", (text, message) => {
    expect(expand(text, { EMPTY: "", NAME: "value" }).faults).toEqual([`p.yaml:1:4  v: ${message}`]);
  });

  test("files that are empty, too large or not text", () => {
    const fault = (name: string) => expand(`\${file:${folder}/${name}}`).faults;
    expect(fault("empty")).toEqual(["p.yaml:1:4  v: the file of ${file:…} is empty"]);
    expect(fault("large")).toEqual(["p.yaml:1:4  v: the file of ${file:…} is larger than 64 KiB"]);
    expect(fault("binary")).toEqual([
      "p.yaml:1:4  v: ${file:…}: the file cannot be read: it is not UTF-8 text",
    ]);
  });
});
