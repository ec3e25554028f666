/**
 * Answers decisions over HTTP by the engine and nothing else: no session, no signature, no log.
 * `bun scripts/bench/decision-server.ts SCENARIO`; prints where it listens.
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { evaluate } from "../../src/core/evaluate.ts";
import { compileOnly } from "./compile.ts";
import { findScenario } from "./scenarios.ts";

const PERSON = TypeCompiler.Compile(
  Type.Object({
    email: Type.String(),
    subject: Type.String(),
    idp: Type.String(),
    country: Type.String(),
    ip: Type.String(),
    groups: Type.Array(Type.String()),
  }),
);

const scenario = findScenario(process.argv[2] ?? "");
const application = compileOnly(scenario.policies);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  development: false,
  async fetch(request) {
    const person: unknown = await request.json().catch(() => null);
    if (!PERSON.Check(person)) return new Response(null, { status: 400 });
    const now = Date.now();
    const { outcome, reason, policy } = evaluate(application, scenario.readFacts(person, now), now);
    return Response.json({ decision: outcome, reason, policy: policy?.name ?? null });
  },
});
console.log(`http://127.0.0.1:${server.port}`);
