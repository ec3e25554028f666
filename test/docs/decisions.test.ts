import { expect, test } from "bun:test";
import { known } from "../../src/core/fact.ts";
import { DECISION_REASONS, UNKNOWN_REASONS } from "../../src/core/reason.ts";
import { registerConfigMetrics } from "../../src/observe/config-metrics.ts";
import { createDecisionLog } from "../../src/observe/decision-log.ts";
import { registerKeyMetrics } from "../../src/observe/key-metrics.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { registerProcessMetrics } from "../../src/observe/process-metrics.ts";
import { registerProviderMetrics } from "../../src/observe/provider-metrics.ts";
import { applicationNamed, collectLines, NOON, permitBy, policyNamed, said } from "../support/records.ts";
import { blocksOf, codeOf, codesIn, readPage, rowsOf, sectionOf } from "./pages.ts";

const page = await readPage("docs/decisions.md");

test("the page has every reason, in the words that are printed", () => {
  const documented = rowsOf(sectionOf(page, "Reasons")).map(([reason, says]) => [codeOf(reason), says]);
  expect(documented).toEqual([...Object.entries(DECISION_REASONS), ...Object.entries(UNKNOWN_REASONS)]);
});

/** A line with every field that a line can have. */
async function logEverything() {
  const destination = collectLines();
  const log = createDecisionLog({ values: "used", redact: ["identity.email"], destination });
  const policy = policyNamed("Staff");
  const groups = { ids: new Set(["a".repeat(2_000)]), names: new Set<string>(), emails: new Set<string>() };
  await log({
    id: "1",
    application: applicationNamed("wiki", [policy]),
    decision: permitBy(policy),
    revision: "r",
    facts: {
      "identity.email": {
        state: "known",
        value: { address: "a@b.c", domain: "b.c" },
        complete: true,
        ...said("x"),
      },
      "identity.groups": { state: "known", value: groups, complete: false, ...said("x") },
    },
    used: ["identity.email", "identity.groups", "network.ip"],
    now: NOON,
    ms: 1,
    repeated: true,
  });
  return JSON.parse(destination.lines.join(""));
}

test("the page has every field of a line, and of the facts in it", async () => {
  const line = await logEverything();
  const fields = new Set(Object.keys(line));
  const factFields = new Set<string>(line.facts.flatMap((fact: object) => Object.keys(fact)));
  const documented = rowsOf(sectionOf(page, "The line")).map(([field]) => codeOf(field));
  expect(documented.slice(0, fields.size)).toEqual([...fields]);
  expect(documented.slice(fields.size).toSorted()).toEqual([...factFields].toSorted());
});

test("the line that the page shows has the fields of a line", async () => {
  const [block] = blocksOf(page).filter(({ language }) => language === "json");
  const { repeated, ...first } = await logEverything();
  expect(repeated).toBe(true);
  expect(Object.keys(JSON.parse(block?.text ?? ""))).toEqual(Object.keys(first));
});

/** Every metric, each with something to show. */
async function showEverything() {
  const metrics = createMetrics();
  metrics.recordDecision(applicationNamed("wiki"), permitBy(policyNamed("Staff")), 1);
  metrics.recordEvaluation("permit");
  metrics.recordRefusal("nginx", "malformed");
  metrics.recordReload("r", NOON);
  metrics.recordLogin(true);
  metrics.recordRevocation("user", true);
  metrics.recordFacts({ "identity.subject": known("ada", said("x")) }, ["identity.subject"], NOON);
  metrics.recordStoreCall("set", 1, "store_full");
  const provider = {
    name: "mdm",
    isAnswering: true,
    inFlight: 0,
    sinceAnswerMs: 0,
    pollLagMs: 0,
    retryAfterMs: 0,
  };
  registerProviderMetrics(metrics.registry, async () => [provider]);
  const key = { purpose: "verdict", activatedAt: NOON, rotatesAt: NOON, lastSeenAt: NOON };
  registerKeyMetrics(metrics.registry, () => [key]);
  registerProcessMetrics(metrics.registry)();
  registerConfigMetrics(metrics.registry)(true);
  return metrics.registry.getMetricsAsJSON();
}

test("the page has every metric, its type, its labels and what it says", async () => {
  const expected = (await showEverything()).map(({ name, type, help, values }) => {
    const [{ labels } = { labels: {} }] = values;
    return [name, type, Object.keys(labels).filter((label) => label !== "le"), help];
  });
  const documented = rowsOf(sectionOf(page, "Metrics")).map(([name, type, labels, says]): unknown => {
    return [codeOf(name), type, codesIn(labels ?? ""), says];
  });
  expect(documented).toEqual(expected);
});

test("every alert that the page shows asks for metrics that there are", async () => {
  const names = (await showEverything()).flatMap(({ name }) => [name, `${name}_bucket`]);
  const alerts = blocksOf(page).filter(({ text }) => text.startsWith("groups:"));
  const asked = [
    ...(alerts[0]?.text ?? "").matchAll(/\b[a-z_]+_(?:total|seconds|bytes|bucket|answering|successful)\b/g),
  ];
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
});
