import type { Fault } from "../../../src/core/place.ts";
import { hold } from "../target.ts";

/** What every fault of a file must be: at a place of that file, in one line, and silent about secrets. */
export function checkFaults(faults: readonly Fault[], text: string, secrets: readonly string[] = []): void {
  const lines = text.split("\n");
  for (const { place, message } of faults) {
    hold(place.line >= 1 && place.line <= lines.length, "a fault stands on a line of the file");
    const width = (lines[place.line - 1] ?? "").length;
    hold(place.column >= 1 && place.column <= width + 1, "a fault stands in its line");
    hold(message !== "" && !/[\n\r]/.test(message), "a fault is told in one line");
    hold(!secrets.some((secret) => message.includes(secret)), "a fault does not repeat a secret");
  }
}
