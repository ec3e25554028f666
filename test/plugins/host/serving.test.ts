import { describe, expect, test } from "bun:test";
import { personNamed } from "../../support/played-access.ts";
import { TestService } from "../../support/test-service.ts";
import { until } from "../../support/until.ts";
import { type PlayedSource, playSource, TRUSTED_ONLY, trustProvider } from "./played-source.ts";

/** Asks for the wiki as Ada, on her laptop. */
async function mayEnter(service: TestService): Promise<unknown> {
  const reply = await service.ask("wiki", { claims: { identity: personNamed("ada") } });
  return service.success(reply);
}

async function withService<T>(source: PlayedSource, work: (service: TestService) => Promise<T>): Promise<T> {
  const service = await TestService.start(TRUSTED_ONLY, { config: { providers: [trustProvider(source)] } });
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

describe("an attribute of a plugin's own decides, through a posture rule:", () => {
  test.each([
    ["a trusted device enters", 80, true],
    ["one that is trusted less does not", 79, false],
    ["nor one that the source has not heard of", null, false],
    ["nor one of which it says nothing", undefined, false],
    ["a number where it should be is text: nobody enters", "100", false],
    ["a number that the schema does not allow lets nobody in", 101, false],
  ])("%s", async (_, answer, expected) => {
    using source = playSource(() => answer);
    await withService(source, async (service) => expect(await mayEnter(service)).toBe(expected));
  });
});

test("what a provider said is found in the store by the next request", async () => {
  using source = playSource();
  await withService(source, async (service) => {
    expect(await mayEnter(service)).toBe(true);
    const before = source.asked.length;
    expect(await mayEnter(service)).toBe(true);
    expect(source.asked).toHaveLength(before);
  });
});

test("a lie is logged once, and is unknown", async () => {
  using source = playSource(() => "very");
  await withService(source, async (service) => {
    await mayEnter(service);
    await mayEnter(service);
    const lines = service.logged(
      "provider trust: answered with a value that own.trust cannot have: expected an integer",
    );
    expect(lines).toHaveLength(1);
    const [decision] = service.logged("decision");
    expect(decision?.decision).toBe("deny");
  });
});

test("a source that is down denies, and keeps nobody from being told so", async () => {
  using source = playSource();
  source.status = 503;
  await withService(source, async (service) => {
    expect(await mayEnter(service)).toBe(false);
    const { status, text } = await service.admin("/readyz");
    expect(status).toBe(200);
    const { checks } = JSON.parse(text);
    expect(checks).toContainEqual(expect.objectContaining({ name: "provider trust" }));
    expect((await service.admin("/metrics")).text).toContain('provider_poll_lag_seconds{provider="trust"}');
  });
});

test("a plugin is disposed of when Postern stops", async () => {
  using source = playSource();
  const service = await TestService.start(TRUSTED_ONLY, {
    config: { providers: [trustProvider(source, { interval: "1s" })] },
  });
  await mayEnter(service);
  await service.stop();
  await Bun.sleep(1_100);
  const after = source.asked.length;
  await Bun.sleep(1_100);
  expect(source.asked).toHaveLength(after);
});

test("between two logins the polls keep what is stored fresh, and find whoever lost their trust", async () => {
  using source = playSource();
  const service = await TestService.start(TRUSTED_ONLY, {
    config: { providers: [trustProvider(source, { interval: "1s" })] },
  });
  try {
    expect(await mayEnter(service)).toBe(true);
    source.answer = () => 0;
    const before = source.asked.length;
    await until(() => source.asked.length > before + 1);
    source.before = () => Promise.withResolvers<void>().promise;
    expect(await mayEnter(service)).toBe(false);
  } finally {
    await service.stop();
  }
});
