/**
 * Looks for a difference in time between ways to be wrong about a service token: Welch's t between interleaved
 * samples. |t| below 4.5 is none that could be told.
 *
 *     bun scripts/credential-timing.ts [--samples 1000000]
 *
 * Exit codes: 0 no difference · 1 a difference.
 */
import { parseArgs } from "node:util";
import { createServiceTokenCheck } from "../src/session/credentials/service-tokens.ts";

const LIMIT = 4.5;
const SECRET = "cfast_0123456789012345678901234567890123456789abcdefgh";

const { values } = parseArgs({ options: { samples: { type: "string", default: "1000000" } } });
const sha256 = new Bun.CryptoHasher("sha256").update(SECRET).digest("hex");
const check = createServiceTokenCheck([{ clientId: "robot.access", sha256, previous: null }]);
const ways = [
  { name: "an unknown id", clientId: "nobot.access", clientSecret: SECRET },
  { name: "a wrong first character", clientId: "robot.access", clientSecret: `x${SECRET.slice(1)}` },
  { name: "a wrong last character", clientId: "robot.access", clientSecret: `${SECRET.slice(0, -1)}x` },
] as const;

const samples = ways.map(() => ({ count: 0, mean: 0, squares: 0 }));
const total = Number(values.samples);
for (let turn = 0; turn < total; turn++) {
  const index = Math.floor(Math.random() * ways.length);
  const [way, sample] = [ways[index], samples[index]];
  if (way === undefined || sample === undefined) continue;
  const startedAt = Bun.nanoseconds();
  check(way, 0);
  const took = Bun.nanoseconds() - startedAt;
  // A pause of the machine says nothing of either.
  if (turn < total / 10 || took > 20_000) continue;
  sample.count++;
  const off = took - sample.mean;
  sample.mean += off / sample.count;
  sample.squares += off * (took - sample.mean);
}

let worst = 0;
for (let one = 0; one < ways.length; one++) {
  for (let other = one + 1; other < ways.length; other++) {
    const [a, b] = [samples[one], samples[other]];
    if (a === undefined || b === undefined) continue;
    const t = (a.mean - b.mean) / Math.sqrt(a.squares / a.count ** 2 + b.squares / b.count ** 2);
    worst = Math.max(worst, Math.abs(t));
    console.log(`${ways[one]?.name} against ${ways[other]?.name}: t = ${t.toFixed(2)}`);
  }
}
process.exitCode = worst < LIMIT ? 0 : 1;
