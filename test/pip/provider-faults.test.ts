import { beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { compilePolicySet } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { current, type Facts } from "../../src/core/fact.ts";
import type { Effect, PostureCheck, Rule, RuleLists } from "../../src/core/model.ts";
import type { UnknownReason } from "../../src/core/reason.ts";
import type { ProviderSettings } from "../../src/pip/provider-settings.ts";
import { makeApplication, makePolicy, makePolicySet, makePostureRule, place } from "../oracle/blank.ts";
import { NOON } from "../support/records.ts";
import {
  answer,
  answerJson,
  drip,
  endless,
  type Identity,
  makeIdentities,
  type Reply,
  serve,
  type TestIdentities,
} from "./fault-server.ts";
import { ALICE, pipOf, start } from "./rig.ts";
import { TRUST } from "./trust-plugin.ts";

const DAY_MS = 86_400_000;
const GZIP = ["Content-Encoding: gzip"];
const trusting = (trust: unknown, rest: object = {}) => ({ devices: [{ id: "laptop-1", trust, ...rest }] });
const HEALTHY = JSON.stringify(trusting(90, { tags: ["managed"] }));
const padded = (bytes: number) => HEALTHY + " ".repeat(bytes);

interface Fault {
  readonly reply: Reply;
  readonly why: UnknownReason;
  readonly settings?: Partial<ProviderSettings>;
  /** The same server, or all but the same, with the guard off or the fault mended: it is believed. */
  readonly control: { readonly reply: Reply; readonly settings?: Partial<ProviderSettings> };
}

const mended = { reply: answer("200 OK", HEALTHY) };
const hasty = { timeoutMs: 60 };

/** What a source can do to us. */
const FAULTS: { readonly [name: string]: Fault } = {
  hangs: { reply: () => {}, why: "timeout", settings: hasty, control: mended },
  "sends a byte now and then": {
    reply: drip(HEALTHY, 40),
    why: "timeout",
    settings: hasty,
    control: { reply: drip(HEALTHY, 1), settings: { timeoutMs: 5_000 } },
  },
  "resets the connection": {
    reply: (socket) => void socket.resetAndDestroy(),
    why: "unreachable",
    control: mended,
  },
  "answers with 500": { reply: answer("500 Oops", HEALTHY), why: "failed", control: mended },
  "answers with 429, and asks to be left alone for thirty years": {
    reply: answer("429 Too Many Requests", HEALTHY, ["Retry-After: 1000000000"]),
    why: "refused",
    control: mended,
  },
  "answers with 401": { reply: answer("401 Unauthorized", HEALTHY), why: "refused", control: mended },
  "redirects to the metadata service": {
    reply: answer("302 Found", HEALTHY, ["Location: http://169.254.169.254/latest/meta-data"]),
    why: "refused",
    control: mended,
  },
  "answers 200 with HTML": {
    reply: answer("200 OK", "<html>Sign in</html>"),
    why: "malformed",
    control: mended,
  },
  "answers 200 with {}": { reply: answer("200 OK", "{}"), why: "missing", control: mended },
  "answers without an end": { reply: endless, why: "too_large", control: mended },
  "answers with more than is read": {
    reply: answer("200 OK", padded(2_000)),
    why: "too_large",
    settings: { maxResponseBytes: 1_000 },
    control: { reply: answer("200 OK", padded(2_000)), settings: { maxResponseBytes: 10_000 } },
  },
  "answers with a gzip bomb": {
    reply: answer("200 OK", gzipSync(padded(64_000_000)), GZIP),
    why: "too_large",
    control: { reply: answer("200 OK", gzipSync(padded(1_000_000)), GZIP) },
  },
  "answers with half of a gzip stream": {
    reply: answer("200 OK", gzipSync(padded(1_000)).subarray(0, 60), GZIP),
    why: "malformed",
    control: { reply: answer("200 OK", gzipSync(padded(1_000)), GZIP) },
  },
  "answers with an encoding that was not asked for": {
    reply: answer("200 OK", HEALTHY, ["Content-Encoding: br"]),
    why: "malformed",
    control: mended,
  },
  "answers with deep JSON": {
    reply: answer("200 OK", `${"[".repeat(100_000)}${"]".repeat(100_000)}`),
    why: "malformed",
    control: mended,
  },
  "answers with the same device twice": {
    reply: answerJson({ devices: [...trusting(90).devices, ...trusting(90).devices] }),
    why: "malformed",
    control: mended,
  },
  "breaks off in the middle": {
    reply: (socket) => void socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n${HEALTHY}`),
    why: "unreachable",
    control: mended,
  },
  "answers with NaN": { reply: answerJson(trusting("much")), why: "malformed", control: mended },
  "answers with infinity": {
    reply: answer("200 OK", HEALTHY.replace("90", "1e999")),
    why: "malformed",
    control: mended,
  },
  "has a clock that is a day behind": {
    reply: answerJson(trusting(90, { at: NOON - DAY_MS })),
    why: "expired",
    control: { reply: answerJson(trusting(90, { at: NOON - 60_000 })) },
  },
  "has a clock that is six seconds ahead": {
    reply: answerJson(trusting(90, { at: NOON + 6_000 })),
    why: "from_the_future",
    control: { reply: answerJson(trusting(90, { at: NOON + 4_000 })) },
  },
};

const POSITIONS = ["include", "require", "exclude"] as const;
const EFFECTS: readonly Effect[] = ["allow", "deny", "bypass", "non_identity"];
const POSITIONS_AND_EFFECTS = POSITIONS.flatMap((position) =>
  EFFECTS.map((effect) => ({ position, effect })),
);

const WANTED = ["own.trust", "own.tags"] as const;
const TRUSTED: PostureCheck = { type: "attribute", attribute: "trust", operator: ">=", value: 80 };
const DISTRUSTED: PostureCheck = { type: "attribute", attribute: "trust", operator: "<", value: 80 };

/** Decides by a policy of this effect, with a posture rule in this position and all else in favour. */
function decide(check: PostureCheck, position: keyof RuleLists, effect: Effect, facts: Facts) {
  const posture: Rule = { selector: "device_posture", posture: "trust", place };
  const everyone: Rule = { selector: "everyone", place };
  const lists = { include: [everyone], require: [], exclude: [], [position]: [posture] };
  const policies = [makePolicy("tested", effect, lists)];
  if (effect === "deny")
    policies.push(makePolicy("rest", "allow", { include: [everyone], require: [], exclude: [] }));
  const application = makeApplication("wiki", policies);
  const set = makePolicySet([application], { postureRules: [makePostureRule("trust", check)] });
  const compiled = compilePolicySet(set).applications.get("wiki");
  if (compiled === undefined) throw new Error("no application");
  return evaluate(compiled, facts, NOON);
}

/** The check that, decided on a trusted device, leads to a permit. */
function permitting(position: keyof RuleLists, effect: Effect): PostureCheck {
  return (position === "exclude") === (effect === "deny") ? TRUSTED : DISTRUSTED;
}

async function learn(reply: Reply, settings: Partial<ProviderSettings> = {}): Promise<Facts> {
  using server = await serve(reply);
  const provider = await start(TRUST, { config: { url: server.url }, settings });
  return await pipOf([provider]).gather([...WANTED], ALICE);
}

function expectDenied(facts: Facts): void {
  for (const { position, effect } of POSITIONS_AND_EFFECTS) {
    for (const check of [TRUSTED, DISTRUSTED]) {
      const { outcome, cause } = decide(check, position, effect, facts);
      expect({ position, effect, outcome, cause }).toEqual({
        position,
        effect,
        outcome: "deny",
        cause: "unknown",
      });
    }
  }
}

function expectPermitted(facts: Facts): void {
  for (const { position, effect } of POSITIONS_AND_EFFECTS) {
    const { outcome } = decide(permitting(position, effect), position, effect, facts);
    expect({ position, effect, outcome }).toEqual({ position, effect, outcome: "permit" });
  }
}

describe("a source that", () => {
  for (const [name, { reply, why, settings, control }] of Object.entries(FAULTS)) {
    test(`${name} is unknown, and opens nothing in any position of any policy`, async () => {
      const facts = await learn(reply, settings);
      expect(current(facts["own.trust"], NOON)).toMatchObject({ state: "unknown", why });
      expectDenied(facts);
    });

    test(`${name} is believed as soon as it does not`, async () => {
      const facts = await learn(control.reply, control.settings);
      expect(current(facts["own.trust"], NOON)).toMatchObject({ state: "known", value: 90 });
      expectPermitted(facts);
    });
  }

  test("shows seven pages of ten proves what it shows, and not that there is nothing else", async () => {
    const facts = await learn(answerJson({ ...trusting(90, { tags: ["managed"] }), more: true }));
    const contains = (value: string): PostureCheck => {
      return { type: "attribute", attribute: "tags", operator: "contains", value };
    };
    expect(facts["own.tags"]).toMatchObject({ state: "known", complete: false });
    expect(decide(contains("managed"), "include", "allow", facts).outcome).toBe("permit");
    expect(decide(contains("stolen"), "exclude", "allow", facts)).toMatchObject({
      outcome: "deny",
      cause: "unknown",
    });
    const whole = await learn(mended.reply);
    expect(decide(contains("stolen"), "exclude", "allow", whole).outcome).toBe("permit");
  });

  test("does not listen is unreachable", async () => {
    const server = await serve(() => {});
    server[Symbol.dispose]();
    const provider = await start(TRUST, { config: { url: server.url } });
    const facts = await pipOf([provider]).gather([...WANTED], ALICE);
    expect(facts["own.trust"]).toMatchObject({ state: "unknown", why: "unreachable" });
  });

  test("has no address is unreachable", async () => {
    const provider = await start(TRUST, {
      config: { url: "http://source.test" },
      network: {
        resolve: () => Promise.reject(Object.assign(new Error("no such host"), { code: "ENOTFOUND" })),
        fetch,
      },
    });
    const facts = await pipOf([provider]).gather([...WANTED], ALICE);
    expect(facts["own.trust"]).toMatchObject({ state: "unknown", why: "unreachable" });
  });
});

describe("a certificate that", () => {
  let identities: TestIdentities;
  beforeAll(() => {
    identities = makeIdentities();
  });

  async function learnOverTls(identity: Identity): Promise<Facts> {
    using server = await serve(mended.reply, identity);
    const provider = await start(TRUST, {
      config: { url: `https://source.test:${server.port}` },
      network: {
        resolve: async () => ["127.0.0.1"],
        fetch: (url, init) => fetch(url, { ...init, tls: { ...init.tls, ca: identities.ca } }),
      },
    });
    return await pipOf([provider]).gather([...WANTED], ALICE);
  }

  test.each(["expired", "selfSigned", "otherName"] as const)("is %s is not believed", async (kind) => {
    const facts = await learnOverTls(identities[kind]);
    expect(facts["own.trust"]).toMatchObject({ state: "unknown", why: "unreachable" });
    expectDenied(facts);
  });

  test("is valid for the name is believed, though the connection is to an address", async () => {
    const facts = await learnOverTls(identities.valid);
    expect(facts["own.trust"]).toMatchObject({ state: "known", value: 90 });
    expectPermitted(facts);
  });
});
