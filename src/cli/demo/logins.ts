import { systemClock } from "../../clock.ts";
import type { CliIo } from "../io.ts";
import { renderTrace } from "../render-trace.ts";
import { summarizeTrace } from "../summarize-trace.ts";
import { paint, renderTable } from "../terminal.ts";
import type { Edge } from "./edge.ts";
import { type Visitor, visitorsAt } from "./people.ts";
import type { Demo } from "./start.ts";

/** The first scene: nine logins, who got in and who did not, and the whole reason for one of them. */
export async function showLogins(demo: Demo, edge: Edge, io: CliIo): Promise<void> {
  const { bold, dim, green, red } = paint(io.style);
  const rows = [["", "Who", "Circumstances", "Asks for", "Why"].map((title) => dim(title))];
  let asked = "";
  for (const visitor of visitorsAt(new Date(systemClock()).toISOString())) {
    const { isIn, why, tree } = await visit(visitor, demo, edge, io);
    rows.push([isIn ? green("✓") : red("✗"), visitor.who, visitor.circumstances, visitor.application, why]);
    if (visitor.who.startsWith("dan")) asked = tree;
  }
  io.out(`${renderTable(rows)}\n\n`);
  io.out(`${bold("Why was dan kept out?")}  ${dim("postern explain --decision ID")}\n\n${asked}\n\n`);
}

interface Visited {
  readonly isIn: boolean;
  readonly why: string;
  readonly tree: string;
}

async function visit(visitor: Visitor, demo: Demo, edge: Edge, { style }: CliIo): Promise<Visited> {
  const { application, identity, forged } = visitor;
  const [url, keys] = [`${demo.publicUrl}/evaluate/${application}`, `${demo.publicUrl}/keys`];
  const answer = await edge.ask(url, keys, identity, forged ? "forged" : "own");
  if (!answer.believed) {
    return { isIn: false, why: `${answer.status}: ${answer.why}; nothing was signed`, tree: "" };
  }
  const replay = demo.explainLast();
  if (replay === null) return { isIn: answer.success, why: "not logged", tree: "" };
  const tree = renderTrace(replay.trace, replay.now, style);
  return { isIn: answer.success, why: summarizeTrace(replay.trace), tree };
}
