import { afterEach, expect, spyOn, test } from "bun:test";
import { createFaultyStore } from "../support/faulty-store.ts";
import { personNamed, signQuestion } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";
import { NOW_SECONDS } from "../token/access-team.ts";

let service: TestService;
afterEach(() => service.stop());

test("more calls at once than may be signed are refused at once, unsigned, and the others are answered", async () => {
  const faulty = createFaultyStore();
  service = await TestService.start(TEAM_POLICIES, {
    store: faulty.store,
    config: { evaluate: { max_concurrent_signatures: 4, deadline: "3s" } },
  });
  const [open, allWaiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let waiting = 0;
  faulty.before = () => {
    // Each call asks the store for two things at once.
    if (++waiting === 2 * 4) allWaiting.resolve();
    return open.promise;
  };
  const held = Array.from({ length: 4 }, () =>
    service.ask("wiki", { claims: { identity: personNamed("ada") } }),
  );
  await allWaiting.promise;
  const refused = await Promise.all(Array.from({ length: 20 }, () => service.ask("wiki")));
  for (const { status, text } of refused) {
    expect(status).toBe(403);
    expect(JSON.parse(text)).toEqual({ success: false, error: "too many evaluations at once; ask again" });
  }
  open.resolve();
  for (const reply of await Promise.all(held)) expect(await service.success(reply)).toBe(true);
  expect(await service.success(await service.ask("wiki", { claims: { identity: personNamed("ada") } }))).toBe(
    true,
  );
  expect((await service.admin("/metrics")).text).toContain('evaluations_total{result="overloaded"} 20');
});

test("nobody who is not verified reaches the signing key", async () => {
  service = await TestService.start(TEAM_POLICIES);
  const valid = await signQuestion({ claims: { identity: personNamed("ada") } });
  const refused = await Promise.all([
    signQuestion({ claims: { exp: NOW_SECONDS } }),
    signQuestion({ claims: { nonce: undefined } }),
    signQuestion({ header: { kid: "d4".repeat(32) } }),
    `${valid}A`,
    "a.b.c",
    "",
  ]);
  const sign = spyOn(crypto.subtle, "sign");
  try {
    for (const token of refused) expect((await service.post("wiki", token)).status).toBe(403);
    expect((await service.post("nothing", valid)).status).toBe(404);
    expect(sign).toHaveBeenCalledTimes(0);
    expect(await service.success(await service.post("wiki", valid))).toBe(true);
    expect(sign).toHaveBeenCalledTimes(1);
  } finally {
    sign.mockRestore();
  }
});

test("every call is counted by how it ended", async () => {
  service = await TestService.start(TEAM_POLICIES);
  await service.ask("wiki", { claims: { identity: personNamed("ada") } });
  await service.ask("wiki", { claims: { identity: personNamed("mallory") } });
  await service.ask("nothing");
  await service.post("wiki", "a.b.c");
  const { text } = await service.admin("/metrics");
  for (const result of ["permit", "deny", "unknown_application", "invalid_token"]) {
    expect(text).toContain(`evaluations_total{result="${result}"} 1`);
  }
  expect(text).toContain(
    'decisions_total{application="wiki",outcome="permit",reason="policy_allowed",cause="known"} 1',
  );
});
