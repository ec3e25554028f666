/** Compiles what its arguments name and prints the resident memory of the process: growth.ts runs it once per size. */
import { GROWING } from "./growth-inputs.ts";

const [name, size] = process.argv.slice(2);
const growing = GROWING.find((each) => each.name === name);
if (growing === undefined) throw new Error("name something that grows, and a size");
const decide = growing.create(Number(size));
Bun.gc(true);
// Used after the collection, so that it was there during it.
if (!decide(0)) throw new Error("the first entry has to be found");
console.log(process.memoryUsage().rss);
