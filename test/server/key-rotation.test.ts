import { afterEach, describe, expect, test } from "bun:test";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { personNamed } from "../support/played-access.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { type Reply, TestService } from "../support/test-service.ts";

const DAY_MS = 86_400_000;
/** A key is published for a day and half an hour before it signs. */
const STEP_MS = DAY_MS + 3_600_000;
const ROUNDS = 4;
const CALLS = 6;

let service: TestService;
afterEach(() => service.stop());

/** Verifies answers as somebody who asks for the keys again after `maxAgeMs`, on the clock of the service. */
class CachingVerifier {
  #keys: JSONWebKeySet = { keys: [] };
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(readonly maxAgeMs: number) {}

  async refresh(): Promise<void> {
    if (service.now - this.#askedAt < this.maxAgeMs) return;
    this.#keys = JSON.parse(await (await fetch(`${service.urlOf("public")}/keys`)).text());
    this.#askedAt = service.now;
  }

  async holds({ text }: Reply): Promise<boolean> {
    const options = { algorithms: ["RS256"], currentDate: new Date(service.now) };
    const verified = jwtVerify(JSON.parse(text).token, createLocalJWKSet(this.#keys), options);
    return verified.then(
      ({ payload }) => payload.success === true,
      () => false,
    );
  }
}

/** Rotates in the midst of calls, round after round, and counts the answers that no cached key verifies. */
async function rotateUnderLoad(
  maxAgeMs: number,
): Promise<{ readonly kids: number; readonly unverifiable: number }> {
  service = await TestService.start(TEAM_POLICIES, { config: { keys: { retire_after: "1h" } } });
  const verifier = new CachingVerifier(maxAgeMs);
  const kids = new Set<string>();
  let unverifiable = 0;
  const call = async () => {
    const reply = await service.ask("wiki", { claims: { identity: personNamed("ada") } });
    kids.add(String((await service.verify(reply)).protectedHeader.kid));
    if (!(await verifier.holds(reply))) unverifiable++;
  };
  const calls = () => Array.from({ length: CALLS }, call);
  for (let round = 0; round < ROUNDS; round++) {
    // Keys that may be a day old are just that when the next one takes over.
    service.now += STEP_MS - DAY_MS;
    await verifier.refresh();
    service.now += DAY_MS - 1;
    await verifier.refresh();
    const rotated = service.admin("/v1/keys/rotate", {
      role: "operator",
      method: "POST",
      body: '{"purpose":"evaluation"}',
    });
    await Promise.all([...calls(), rotated, ...calls()]);
    expect((await rotated).status).toBe(200);
    await Promise.all(calls());
  }
  return { kids: kids.size, unverifiable };
}

describe("while keys are rotated under load, no answer is unverifiable", () => {
  test.each([
    ["each time", 0],
    ["after five minutes", 300_000],
    ["after a day", DAY_MS],
  ])("for whoever asks for the keys again %s", async (_, maxAgeMs) => {
    expect(await rotateUnderLoad(maxAgeMs)).toEqual({ kids: ROUNDS + 1, unverifiable: 0 });
  });

  test("and for whoever never asks again there are some: the rig would see one", async () => {
    const { unverifiable } = await rotateUnderLoad(Number.POSITIVE_INFINITY);
    expect(unverifiable).toBeGreaterThan(0);
  });
});

test("a key that has signed stays published as long as an answer by it lives, and no more than four ever are", async () => {
  service = await TestService.start(TEAM_POLICIES, { config: { keys: { retire_after: "7d" } } });
  const rotate = { role: "operator", method: "POST", body: '{"purpose":"evaluation"}' } as const;
  const published = async () =>
    JSON.parse(await (await fetch(`${service.urlOf("public")}/keys`)).text()).keys;
  for (let round = 0; round < 2; round++) {
    service.now += STEP_MS;
    expect((await service.admin("/v1/keys/rotate", rotate)).status).toBe(200);
  }
  expect(await published()).toHaveLength(4);
  service.now += STEP_MS;
  expect((await service.admin("/v1/keys/rotate", rotate)).status).toBe(409);
  expect(await published()).toHaveLength(4);
});
