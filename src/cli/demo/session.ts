import type { CliIo } from "../io.ts";
import { summarizeTrace } from "../summarize-trace.ts";
import { paint, renderTable } from "../terminal.ts";
import type { Edge } from "./edge.ts";
import { identityOf } from "./people.ts";
import type { Demo } from "./start.ts";

const HANDBOOK = "https://handbook.example.com/";
const AUDIENCE = "demo-handbook";
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 200;

/** The second scene: one login, and a laptop that falls out of order while the session lives. */
export async function showSession(demo: Demo, edge: Edge, io: CliIo): Promise<void> {
  const { bold, dim, green, red } = paint(io.style);
  io.out(
    `${bold("And while a session lives?")}  ${dim("ada's requests to the handbook, as nginx asks about each")}\n\n`,
  );
  const ada = identityOf({ name: "ada", country: "PT", laptop: "encrypted" }, "");
  await edge.ask(`${demo.publicUrl}/evaluate/handbook`, `${demo.publicUrl}/keys`, ada);
  const token = await edge.signApplicationToken(ada, AUDIENCE);
  const before = await askUntil(200, demo, token);
  await demo.writeInventory(false);
  const after = await askUntil(403, demo, token);
  const replay = demo.explainLast();
  const why = replay === null || after !== 403 ? "" : summarizeTrace(replay.trace);
  const mark = (status: number) => (status === 200 ? green("✓") : red("✗"));
  const rows = [
    [
      mark(before),
      `${before}`,
      "ada logged in a moment ago; the inventory says that her laptop is in good order",
    ],
    ["", "", dim("the inventory changes its mind")],
    [mark(after), `${after}`, `the same login, the same token: ${why}`],
  ];
  io.out(`${renderTable(rows)}\n\n`);
}

/**
 * Asks until the policies have led to `wanted`, or for as long as anybody would watch a demo. What a machine that is
 * busy could not answer in time is a denial that no policy explains.
 */
async function askUntil(wanted: 200 | 403, demo: Demo, token: string): Promise<number> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const status = await askAsNginx(demo.proxyUrl, token);
    const replay = demo.explainLast();
    const isExplained = replay?.faithful === true && replay.trace.decision.cause === "known";
    if ((status === wanted && isExplained) || performance.now() > giveUpAt) return status;
    await Bun.sleep(LOOK_EVERY_MS);
  }
}

/** What nginx's `auth_request` sends for a request of the browser. */
async function askAsNginx(url: string, token: string): Promise<number> {
  const headers = {
    "X-Original-Method": "GET",
    "X-Original-URL": HANDBOOK,
    "X-Forwarded-For": "192.0.2.10",
    "Cf-Access-Jwt-Assertion": token,
  };
  const response = await fetch(url, { headers });
  return response.status;
}
