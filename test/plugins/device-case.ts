import { expect, test } from "bun:test";
import type { FactName, ProviderRecord } from "../../src/core/attribute.ts";
import type { Plugin } from "../../src/plugin.ts";
import { type ApiCase, ask } from "./api-contract.ts";
import { exchangesOf, type Recording } from "./recorded-api.ts";

export const SERIAL = "C02XK0AAJG5J";
export const CONNECTION = "connection-1";

const WANTED = `device.provider:${CONNECTION}` satisfies FactName;

/** A plugin that is asked for a record of the device with the serial number of the recordings. */
export function deviceCase(
  plugin: Plugin,
  config: (url: string) => Readonly<Record<string, unknown>>,
): ApiCase {
  return {
    plugin,
    config: (url) => ({ connection: CONNECTION, ...config(url) }),
    subject: { "device.serial_number": SERIAL },
    wanted: [WANTED],
  };
}

/** What the plugin learns of the device from these exchanges. */
export async function learn(device: ApiCase, recording: Recording, ...names: readonly string[]) {
  const { facts, heard } = await ask(device, exchangesOf(recording, ...names));
  return { fact: facts[WANTED], heard };
}

type Value = string | number | boolean;

/** What each recording has to be taken for: a record, or why there is none. */
export function testRecords(
  device: ApiCase,
  recording: Recording,
  cases: readonly (readonly [
    title: string,
    names: readonly string[],
    expected: Readonly<Record<string, Value>>,
  ])[],
): void {
  test.each(cases)("the record of %s", async (_, names, fields) => {
    const { fact } = await learn(device, recording, ...names);
    const value: ProviderRecord = new Map(Object.entries(fields));
    expect(fact).toMatchObject({ state: "known", complete: true, value });
  });
}

export function testNoRecords(
  device: ApiCase,
  recording: Recording,
  cases: readonly (readonly [title: string, names: readonly string[], state: "absent" | "unknown"])[],
): void {
  test.each(cases)("%s", async (_, names, state) => {
    const { fact } = await learn(device, recording, ...names);
    expect(fact?.state).toBe(state);
  });
}
