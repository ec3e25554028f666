import { expect, test } from "bun:test";
import { asOf, definePlugin, partial, t } from "../../src/plugin.ts";

/** What the compiler says to the author of a plugin. Each error that it must find is marked; a mark without one is an error. */
const config = t.Object({ url: t.String() });

const DIRECTORY = definePlugin({
  name: "directory",
  provides: ["identity.risk_score", "device.os", "device.certificates", "device.provider"],
  needs: ["identity.email", "device.id", "device.disks", "own.tier"],
  attributes: { "own.trust": t.Number(), "own.tags": t.Array(t.String()) },
  config,
  setup: ({ url }, host) => ({
    resolve(subject, wanted) {
      const texts: string[] = [url, subject["identity.email"], subject["device.id"], ...wanted];
      const disks: Readonly<Record<string, boolean>> = subject["device.disks"];
      host.log(`${texts.length} ${Object.keys(disks).length}`);
      // @ts-expect-error: an attribute that is not needed is not told
      subject["identity.subject"];
      return {
        "identity.risk_score": asOf(host.now(), "low"),
        "device.os": null,
        "device.certificates": partial([]),
        "device.provider": { "conn-1": { score: 90, seen: true }, "conn-2": null },
        "own.trust": undefined,
        "own.tags": asOf(host.now(), partial(["a"])),
      };
    },
  }),
});

definePlugin({
  name: "wrong-values",
  provides: ["identity.risk_score", "device.firewall", "device.provider"],
  config,
  attributes: { "own.trust": t.Number() },
  setup: () => ({
    resolve: () => ({
      // @ts-expect-error: a risk score is text
      "identity.risk_score": 7,
      // @ts-expect-error: there is no part of a yes or no
      "device.firewall": partial(true),
      // @ts-expect-error: a keyed attribute is answered by its keys
      "device.provider": "healthy",
      // @ts-expect-error: its own schema says a number
      "own.trust": "much",
    }),
  }),
});

definePlugin({
  name: "undeclared",
  provides: ["device.os"],
  config,
  setup: () => ({
    // @ts-expect-error: an attribute that was not declared is no answer
    resolve: async () => ({ "device.hostname": "laptop" }),
  }),
});

const HR = {
  name: "hr",
  provides: [],
  config,
  attributes: { "own.hr.on_call": t.Boolean() },
} as const;

definePlugin({
  ...HR,
  setup: () => ({
    // @ts-expect-error: an undeclared answer beside a declared one, at once
    resolve: () => ({ "own.hr.on_call": true, "own.hr.oncall": true }),
  }),
});

definePlugin({
  ...HR,
  setup: () => ({
    // @ts-expect-error: the same later
    resolve: async () => ({ "own.hr.on_call": true, "own.hr.oncall": true }),
  }),
});

definePlugin({
  ...HR,
  setup: () => ({
    // @ts-expect-error: the same, put together before
    async resolve() {
      const answer = { "own.hr.on_call": true, "own.hr.oncall": true };
      return answer;
    },
  }),
});

definePlugin({
  ...HR,
  setup: () => ({
    resolve: () => ({}),
    // @ts-expect-error: the same of many
    poll: async (subjects) =>
      subjects.map((subject) => [subject, { "own.hr.on_call": true, "own.hr.oncall": true }] as const),
  }),
});

definePlugin({
  ...HR,
  // @ts-expect-error: the same from a source that took its time
  async setup() {
    return {
      resolve: async () => ({ "own.hr.on_call": true, "own.hr.oncall": true }),
    };
  },
});

definePlugin({
  ...HR,
  setup: () => ({
    // @ts-expect-error: a value of another type, later
    resolve: async () => ({ "own.hr.on_call": "yes" }),
  }),
});

definePlugin({
  ...HR,
  attributes: {
    "own.hr.state": t.Union([t.Literal("here"), t.Literal("away")]),
    "own.hr.teams": t.Array(t.String()),
  },
  setup: () => ({
    resolve: async () => ({ "own.hr.state": "away", "own.hr.teams": ["a"] }),
    poll: async (subjects) =>
      subjects.map((subject) => [subject, { "own.hr.state": "here", "own.hr.teams": ["a"] }] as const),
  }),
});

definePlugin({
  ...HR,
  setup: () => ({
    async resolve(_subject, wanted) {
      if (wanted.length === 0) return {};
      return wanted.length === 1 ? { "own.hr.on_call": true } : { "own.hr.on_call": null };
    },
    poll: async (subjects) => subjects.map((subject) => [subject, { "own.hr.on_call": true }] as const),
  }),
});

definePlugin({
  name: "wrong-names",
  // @ts-expect-error: there is no such attribute
  provides: ["device.color"],
  // @ts-expect-error: what a plugin asks for must name a subject
  needs: ["credential.service_token"],
  config,
  setup: () => ({ resolve: () => ({}) }),
});

definePlugin({
  name: "forger",
  // @ts-expect-error: who the person is, only the request says
  provides: ["identity.subject"],
  config,
  setup: () => ({ resolve: () => ({}) }),
});

definePlugin({
  name: "own-names",
  provides: [],
  config,
  // @ts-expect-error: attributes of a plugin's own are named own.NAME
  attributes: { trust: t.Number() },
  setup: () => ({ resolve: () => ({}) }),
});

// @ts-expect-error: groups belong to an identity provider, which idp must name
definePlugin({
  name: "groups",
  provides: ["identity.groups"],
  config,
  setup: () => ({ resolve: () => ({}) }),
});

definePlugin({
  name: "groups",
  provides: ["identity.groups"],
  config,
  idp: "url",
  setup: () => ({
    // @ts-expect-error: groups are told by ids, names and addresses, each of them
    resolve: () => ({ "identity.groups": { names: ["engineers"] } }),
  }),
});

test("what the compiler lets through is a plugin, inert until it is started", () => {
  expect(DIRECTORY).toMatchObject({
    name: "directory",
    provides: ["identity.risk_score", "device.os", "device.certificates", "device.provider"],
    needs: ["identity.email", "device.id", "device.disks", "own.tier"],
    idp: null,
  });
});
