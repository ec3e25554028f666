import { afterEach, describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { until } from "../support/until.ts";

let service: TestService;
afterEach(() => service.stop());

const LETS_ADA_IN = TEAM_POLICIES;
const KEEPS_ADA_OUT = TEAM_POLICIES.replace("mallory@example.com", "ada@example.com");

const askAsAda = () => service.ask("wiki", { claims: { identity: personNamed("ada") } });

const FAULTY: readonly (readonly [string, string])[] = [
  ["is cut short", TEAM_POLICIES.slice(0, 180)],
  ["is no YAML", "applications: [}"],
  ["is empty", ""],
  ["has an unknown key", `${TEAM_POLICIES}\npolicy: []`],
  ["has an unknown selector", TEAM_POLICIES.replace("any_valid_service_token", "any_valid_passport")],
  [
    "has a group that holds itself",
    `${TEAM_POLICIES}\ngroups: [{ id: g, name: G, include: [{ group: { id: g } }] }]`,
  ],
  [
    "has a policy without an include",
    TEAM_POLICIES.replace("include: [{ any_valid_service_token: {} }]", "include: []"),
  ],
  ["is too large", `${TEAM_POLICIES}#${"x".repeat(8 * 1024 * 1024)}`],
];

describe("a policy file that was changed", () => {
  test("is taken up by itself, and no call fails meanwhile", async () => {
    service = await TestService.start(LETS_ADA_IN);
    const before = await service.revision();
    expect(await service.success(await askAsAda())).toBe(true);
    await service.writePolicies(KEEPS_ADA_OUT);
    await until(async () => {
      const reply = await askAsAda();
      expect(reply.status).toBe(200);
      return (await service.success(reply)) === false;
    });
    expect(await service.revision()).not.toBe(before);
  });

  test.each(FAULTY)("and now %s changes nothing but what is reported", async (_, text) => {
    service = await TestService.start(LETS_ADA_IN);
    const before = await service.revision();
    await service.writePolicies(text);
    await service.reload();
    expect(await service.success(await askAsAda())).toBe(true);
    expect(await service.revision()).toBe(before);
    const [faulty] = service.logged("the policies are faulty; what was loaded before keeps serving");
    expect(faulty).toMatchObject({
      level: "error",
      faults: [expect.stringMatching(/policies\.yaml(?::\d| {2})/)],
    });
    expect((await service.admin("/readyz")).text).toContain("degraded");
  });

  test("and now is gone changes nothing either", async () => {
    service = await TestService.start(LETS_ADA_IN);
    await rm(join(service.folder, "policies.yaml"));
    await service.reload();
    expect(await service.success(await askAsAda())).toBe(true);
    expect((await service.admin("/readyz")).text).toContain("policies.yaml");
  });

  test("to what it was before is no new revision", async () => {
    service = await TestService.start(LETS_ADA_IN);
    const before = await service.revision();
    await service.writePolicies(`# Only a comment is new.\n${LETS_ADA_IN}`);
    await service.reload();
    expect(await service.revision()).toBe(before);
  });
});

describe("a policy file that is in order by itself, and not beside the configuration", () => {
  const SCORED = `${TEAM_POLICIES}
posture_rules: [{ id: r1, name: Encrypted, type: disk_encryption, input: { requireAll: true } }]`;
  const COMPARED = `${TEAM_POLICIES}
posture_rules: [{ id: r2, name: Few, type: attribute, input: { attribute: own.fleet.failing_policies, operator: ==, value: 3 } }]`;
  const ISSUER_OF_PAYROLL = {
    issuer: "https://acme.cloudflareaccess.com/cdn-cgi/access/sso/oidc/x",
    jwks_url: "http://127.0.0.1:1/keys",
    audience: ["x"],
    application: "payroll",
  };

  test.each([
    [
      "it lacks a posture rule that a score counts",
      { posture_scores: [{ name: "s", healthy: "high", rules: [{ rule: "r1", weight: 1 }], audience: "a" }] },
      SCORED,
      TEAM_POLICIES,
      /postern\.yaml:1:\d+ {2}there is no posture rule of this name or id/,
    ],
    [
      "it lacks the application of an issuer",
      { issuers: [ISSUER_OF_PAYROLL] },
      TEAM_POLICIES,
      TEAM_POLICIES.replace("name: payroll", "name: payrolls"),
      /postern\.yaml:1:\d+ {2}there is no application of this name or id; did you mean "payrolls"\?/,
    ],
    [
      "a rule compares what a plugin never says",
      { providers: [{ use: "fleet", config: { url: "https://fleet.example.com", token: "x" } }] },
      COMPARED,
      COMPARED.replace("value: 3", 'value: "3"'),
      /policies\.yaml:\d+:\d+ {2}posture rule Few: input\.value/,
    ],
  ])("changes nothing but what is reported where %s", async (_, config, before, after, fault) => {
    const withoutAda = (policies: string) => policies.replace("mallory@example.com", "ada@example.com");
    service = await TestService.start(before, { config });
    const revision = await service.revision();
    await service.writePolicies(withoutAda(after));
    await service.reload();
    expect(await service.success(await askAsAda())).toBe(true);
    expect(await service.revision()).toBe(revision);
    expect((await service.admin("/readyz")).text).toContain("degraded");
    const [faulty] = service.logged("the policies are faulty; what was loaded before keeps serving");
    expect(faulty).toMatchObject({ faults: [expect.stringMatching(fault)] });
    await service.writePolicies(withoutAda(before));
    await service.reload();
    expect(await service.success(await askAsAda())).toBe(false);
  });
});

test("under load, every decision is by one whole revision that was active", async () => {
  service = await TestService.start(LETS_ADA_IN);
  const permits = await service.revision();
  const faulty = FAULTY.slice(0, 3).map(([, text]) => text);
  const files = [KEEPS_ADA_OUT, ...faulty, LETS_ADA_IN, KEEPS_ADA_OUT, LETS_ADA_IN];
  for (const text of files) {
    await service.writePolicies(text);
    const [reloaded, calls] = [service.reload(), Array.from({ length: 4 }, askAsAda)];
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
    await reloaded;
  }
  await service.writePolicies(KEEPS_ADA_OUT);
  await service.reload();
  const denies = await service.revision();
  const outcomes = service.logged("decision").map(({ revision, decision }) => `${revision} ${decision}`);
  expect(outcomes).toHaveLength(4 * files.length);
  expect(new Set(outcomes)).toEqual(new Set([`${permits} permit`, `${denies} deny`]));
});
