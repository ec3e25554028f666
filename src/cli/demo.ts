import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { openEdge } from "./demo/edge.ts";
import { showLogins } from "./demo/logins.ts";
import { showSession } from "./demo/session.ts";
import { startDemo } from "./demo/start.ts";
import type { AddVerb } from "./program.ts";
import { paint, renderTable } from "./terminal.ts";

const NEXT = [
  ["npm run postern -- init my-postern", "a commented configuration, a policy and its tests"],
  ["npm run postern -- test --config my-postern/postern.yaml", "the policy's tests"],
  ["npm run postern -- serve --config my-postern/postern.yaml", "the service itself"],
] as const;

/** `postern demo`: Postern on an embedded store, Cloudflare's edge played against it, and who got in and why. */
export const addDemo: AddVerb = (program, io) => {
  program
    .command("demo")
    .description("play some logins against example policies, and show who gets in and why")
    .action(async () => {
      const { bold, dim } = paint(io.style);
      const folder = await mkdtemp(join(tmpdir(), "postern-demo-"));
      const edge = await openEdge(() => systemClock() / 1000);
      try {
        const demo = await startDemo(folder, edge, io);
        const title = `${bold("Postern decides")}; this program plays Cloudflare's edge and believes only signed answers.`;
        io.out(`${title}\n\n`);
        await showLogins(demo, edge, io);
        await showSession(demo, edge, io);
        await demo.service.stop(0);
      } finally {
        await edge.stop();
        await rm(folder, { recursive: true });
      }
      const next = NEXT.map(([command, what]) => [`  ${command}`, dim(what)]);
      io.out(`${bold("Next")}\n${renderTable(next)}\n`);
    });
};
