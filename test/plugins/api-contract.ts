import { describe, expect, test } from "bun:test";
import type { FactName } from "../../src/core/attribute.ts";
import type { Facts } from "../../src/core/fact.ts";
import type { PlainSubject, Plugin } from "../../src/plugin.ts";
import { registryOf, start } from "../pip/rig.ts";
import { type Exchange, type Reply, serveRecording } from "./recorded-api.ts";

/** A plugin that asks an API, and how it is asked. */
export interface ApiCase {
  readonly plugin: Plugin;
  /** Its configuration, for an API at `url`. */
  readonly config: (url: string) => Readonly<Record<string, unknown>>;
  readonly subject: PlainSubject;
  readonly wanted: readonly FactName[];
}

export interface Asked {
  readonly facts: Facts;
  readonly heard: ReturnType<typeof serveRecording>["heard"];
}

/** What the plugin makes of these exchanges. */
export async function ask(
  { plugin, config, subject, wanted }: ApiCase,
  exchanges: readonly Exchange[],
  replyInstead?: Reply,
): Promise<Asked> {
  using api = serveRecording(exchanges, replyInstead);
  const provider = await start(plugin, { config: config(api.url), settings: { timeoutMs: 200 } });
  const facts = await provider.ask(subject, wanted);
  await provider.dispose();
  return { facts, heard: api.heard };
}

const FAULTS: readonly (readonly [fault: string, why: string, reply: () => Response | Promise<Response>])[] =
  [
    ["a refusal (401)", "refused", () => Response.json({}, { status: 401 })],
    ["a refusal (403)", "refused", () => Response.json({}, { status: 403 })],
    ["too many requests (429)", "refused", () => Response.json({}, { status: 429 })],
    ["a redirect", "refused", () => Response.redirect("http://127.0.0.1:1/")],
    ["an error of its own (500)", "failed", () => Response.json({}, { status: 500 })],
    ["nothing in time", "timeout", () => Bun.sleep(400).then(() => Response.json({}))],
  ];

/** The contract of every plugin that asks an API: what it did not learn for certain is unknown. */
export function testApiContract(apiCase: ApiCase, exchanges: readonly Exchange[]): void {
  const { plugin, wanted } = apiCase;

  describe(`${plugin.name}, where the API answers with`, () => {
    test.each(FAULTS)("%s, learns nothing, whichever request it was", async (_, why, reply) => {
      for (const index of exchanges.keys()) {
        const { facts } = await ask(apiCase, exchanges, (_exchange, at) => (at === index ? reply() : null));
        for (const name of wanted) expect(facts[name]).toMatchObject({ state: "unknown", why });
      }
    });

    test.each([
      ["half an answer", '{"data": [{"id": "1"'],
      ["a page for people", "<html><body>Sign in</body></html>"],
      ["an answer without what was asked for", "{}"],
      ["null", "null"],
    ])("%s, learns nothing, whichever request it was", async (_, body) => {
      for (const index of exchanges.keys()) {
        const { facts } = await ask(apiCase, exchanges, (_exchange, at) =>
          at === index ? new Response(body, { headers: { "content-type": "application/json" } }) : null,
        );
        for (const name of wanted) expect(facts[name]).toMatchObject({ state: "unknown" });
      }
    });
  });

  test(`${plugin.name} fits into a registry`, async () => {
    const provider = await start(plugin, { config: apiCase.config("http://127.0.0.1:1") });
    expect(registryOf([provider]).providers).toEqual([provider]);
    await provider.dispose();
  });
}
