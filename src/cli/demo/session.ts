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
  const before = await askAsNginx(demo.proxyUrl, token);
  await demo.writeInventory(false);
  const after = await askUntilDenied(demo.proxyUrl, token);
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

/** Asks until the answer is no longer a permit, or for as long as anybody would watch a demo. */
async function askUntilDenied(url: string, token: string): Promise<number> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  let status = 200;
  while (status === 200 && performance.now() < giveUpAt) {
    await Bun.sleep(LOOK_EVERY_MS);
    status = await askAsNginx(url, token);
  }
  return status;
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
