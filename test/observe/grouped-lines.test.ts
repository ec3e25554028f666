import { expect, test } from "bun:test";
import fc from "fast-check";
import { groupLines } from "../../src/observe/grouped-lines.ts";

/** A destination that keeps each write as it came. */
function collectWrites() {
  const writes: string[] = [];
  return { writes, write: (lines: string) => void writes.push(lines) };
}

/** Passes one turn of the event loop. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the lines of one turn of the event loop are one write", async () => {
  const { writes, write } = collectWrites();
  const writeLine = groupLines({ write });
  await Promise.all([writeLine("one\n"), writeLine("two\n")]);
  await writeLine("three\n");
  expect(writes).toEqual(["one\ntwo\n", "three\n"]);
});

test("nobody hears that their line is written before it is", async () => {
  const { writes, write } = collectWrites();
  const writeLine = groupLines({ write });
  const heard: number[] = [];
  const handed = [1, 2].map((line) => writeLine(`${line}\n`).then(() => heard.push(writes.length)));
  await Promise.resolve();
  expect([heard, writes]).toEqual([[], []]);
  await Promise.all(handed);
  expect(heard).toEqual([1, 1]);
});

test("every line is written once, in the order they came, however they are spread over turns", async () => {
  const turns = fc.array(fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(turns, async (given) => {
      const { writes, write } = collectWrites();
      const writeLine = groupLines({ write });
      const written: Promise<void>[] = [];
      for (const lines of given) {
        written.push(...lines.map((line) => writeLine(`${line}\n`)));
        await turn();
      }
      await Promise.all(written);
      expect(writes.join("")).toBe(
        given
          .flat()
          .map((line) => `${line}\n`)
          .join(""),
      );
    }),
  );
});

test("what cannot be written is told to all whose line it was, and to nobody after", async () => {
  const writes: string[] = [];
  let full = true;
  const writeLine = groupLines({
    write(lines) {
      if (full) throw new Error("no space left on the device");
      writes.push(lines);
    },
  });
  const lost = await Promise.allSettled([writeLine("one\n"), writeLine("two\n")]);
  expect(lost.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  full = false;
  await writeLine("three\n");
  expect(writes).toEqual(["three\n"]);
});
