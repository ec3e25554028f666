import { standardOutput } from "../../src/observe/line-writer.ts";

/** Writes groups of lines as a worker under load does, to a reader who is slower: those that fail are let go. */
const GROUPS = 100;
const LINES = 60;

const [, , who = ""] = process.argv;
const line = `${JSON.stringify({ who, text: who.repeat(900) })}\n`;
const output = standardOutput();
for (let group = 0; group < GROUPS; group++) {
  try {
    output.write(line.repeat(LINES));
  } catch {
    await Bun.sleep(1);
  }
}
