import { expect, test } from "bun:test";

const SCRIPT = `${import.meta.dir}/write-groups.ts`;

test("processes that share a pipe whose reader is slow tear no line of each other", async () => {
  const each = ["a", "b", "c"].map((who) => `'${process.execPath}' '${SCRIPT}' ${who} &`).join(" ");
  const writers = Bun.spawn(["sh", "-c", `${each} wait`], { stdout: "pipe", stderr: "inherit" });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of writers.stdout) {
    text += decoder.decode(chunk, { stream: true });
    await Bun.sleep(1);
  }
  const lines = text.trimEnd().split("\n");
  const whole = /^\{"who":"(.)","text":"\1{900}"\}$/;
  expect(lines.filter((line) => !whole.test(line))).toEqual([]);
  expect(new Set(lines.map((line) => line.charAt(8)))).toEqual(new Set(["a", "b", "c"]));
}, 60_000);
