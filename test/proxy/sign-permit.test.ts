import { expect, test } from "bun:test";
import { evaluate } from "../../src/core/evaluate.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { createSignPermit } from "../../src/server/proxy/verdicts.ts";
import { policySetOf } from "../policies/support.ts";
import { NOW } from "../token/access-team.ts";
import { PROXY_POLICIES } from "./rig.ts";

test.each([
  ["10.5 s", 10_500, 10],
  ["1 s", 1_000, 1],
  ["0.7 s", 700, 0.7],
])(
  "a verdict on what ends in %s lives no longer, and is not over when it is handed out",
  async (_, leftMs, livesFor) => {
    const application = createPolicyDirectory(policySetOf(PROXY_POLICIES)).findByName("wiki");
    if (application === null) throw new Error("there is no such application");
    const signPermit = createSignPermit({
      sign: async ({ exp }) => String(exp),
      keysVersion: () => "",
      issuer: "https://postern.example.com",
      ttlMs: 60_000,
      bind: "application",
    });
    const decision = evaluate(application, {}, NOW);
    const answer = { decision, facts: {}, now: NOW, endsAt: NOW + leftMs, sessions: [], likeness: null };
    const url = { scheme: "https", host: "wiki.example.com", target: "/" } as const;
    const asked = { ...url, method: "GET", headers: new Map(), list: [] };
    const permit = { asked, application, revision: "r", login: "", subject: "u-1", answer };
    expect(Number(await signPermit(permit, () => 1_000))).toBe(NOW / 1_000 + livesFor);
  },
);
