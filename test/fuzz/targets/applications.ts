import { type ApplicationIndex, compileApplications } from "../../../src/core/application-index.ts";
import { type Entry, entry, findNaively } from "../../core/naive-applications.ts";
import { SERVERS } from "../../core/server-readings.ts";
import { type Dice, happens, pick, several } from "../../oracle/dice.ts";
import { hold, type Target } from "../target.ts";
import { PATH_CORPUS, PATH_PIECES } from "./path.ts";

type CompileApplications = (entries: readonly Entry[]) => ApplicationIndex<string>;

/** An open place and a closed one, apart by path, by host, and by both. */
const SETS: readonly (readonly Entry[])[] = [
  [entry("open", "a.test", "/public"), entry("closed", "a.test", "/")],
  [entry("open", "a.test", "/"), entry("closed", "a.test", "/admin"), entry("other", "a.test", "/a/*/b")],
  [entry("open", "*.test", "/"), entry("closed", "a.test", "/admin"), entry("closed", "admin.test", "/")],
  [entry("open", "*.b.test", "/a*/b"), entry("closed", "a*.b.test", "/a"), entry("other", "*.test", "/")],
];

const HOSTS = [
  "a.test",
  "A.Test",
  "a.test.",
  "a.test:8443",
  "admin.test",
  "ab.b.test",
  "x.b.test",
  "b.test",
  "test",
];

/** A host and a target, a line each: whichever server reads them, they lead where the index says. */
export function applicationsTarget(compile: CompileApplications = compileApplications): Target {
  const indexes = SETS.map((entries) => ({ entries, index: compile(entries) }));
  return {
    name: "applications",
    corpus: HOSTS.flatMap((host) => PATH_CORPUS.map((path) => `${host}\n${path}`)),
    dictionary: [...PATH_PIECES, ".b.test", "a.test", "admin.", ":80"],
    draw: (dice) => `${drawHost(dice)}\n/${several(dice, 0, 12, () => pick(dice, PATH_PIECES)).join("")}`,
    check(input) {
      const [host = "", target = ""] = input.split("\n", 2);
      let accepted = false;
      for (const { entries, index } of indexes) {
        const found = index.find(host, target);
        if (found.match !== "found" && found.match !== "none") continue;
        accepted = true;
        const led = found.match === "found" ? found.value : "(none)";
        const [path = ""] = decodeLetters(target).split("?", 1);
        const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
        for (const serve of Object.values(SERVERS)) {
          const served = serve(path).replace(/(.)\/+$/, "$1");
          hold(findNaively(entries, name, served) === led, "a request leads where a server would serve it");
        }
      }
      return accepted;
    },
  };
}

function drawHost(dice: Dice): string {
  return happens(dice, 80)
    ? pick(dice, HOSTS)
    : several(dice, 1, 4, () => pick(dice, ["a", "b", "test", ".", "admin"])).join("");
}

/** RFC 3986, 6.2.2.2: an escape of a letter, a digit, `-`, `_` or `~` is another spelling of it, to everybody. */
function decodeLetters(target: string): string {
  return target.replace(/%(?:2d|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi, (triplet) => {
    const character = decodeURIComponent(triplet);
    return /[\w~-]/.test(character) ? character : triplet;
  });
}
