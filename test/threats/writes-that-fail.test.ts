import { expect, test } from "bun:test";
import { StoreError } from "../../src/store/store.ts";
import { createFaultyStore } from "../support/faulty-store.ts";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { TestService } from "../support/test-service.ts";

test("SpiceDB CVE-2025-64529: an answer whose record is too large to be written is no permit", async () => {
  const faulty = createFaultyStore();
  const service = await TestService.start(TEAM_POLICIES, { store: faulty.store });
  try {
    const identity = personNamed("ada");
    expect(await service.success(await service.ask("wiki", { claims: { identity } }))).toBe(true);
    faulty.before = () => {
      throw new StoreError("store_unavailable", "the value is too large");
    };
    expect(await service.success(await service.ask("wiki", { claims: { identity } }))).toBe(false);
  } finally {
    await service.stop();
  }
});
