import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** What the `trust` plugin asks, played on this machine. */
export interface PlayedSource extends Disposable {
  readonly url: string;
  /** Devices of every question, in order. */
  readonly asked: (readonly string[])[];
  /** What is said of a device; undefined for nothing. */
  answer: (device: string) => unknown;
  /** What it waits for before each answer. */
  before: () => Promise<void>;
  /** The status it answers with. */
  status: number;
}

export function playSource(answer: (device: string) => unknown = () => 90): PlayedSource {
  const asked: (readonly string[])[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const devices = Value.Parse(Type.Array(Type.String()), await request.json());
      asked.push(devices);
      await played.before();
      const answers = Object.fromEntries(devices.map((device) => [device, played.answer(device)]));
      return Response.json(answers, { status: played.status });
    },
  });
  const played: PlayedSource = {
    url: `http://127.0.0.1:${server.port}/`,
    asked,
    answer,
    before: async () => {},
    status: 200,
    [Symbol.dispose]: () => void server.stop(true),
  };
  return played;
}

/** Path of the plugin, as `use:` takes it. */
export const TRUST = new URL("./trust.ts", import.meta.url).pathname;

/** The `trust` plugin in `providers:`, asking this source. */
export function trustProvider({ url }: Pick<PlayedSource, "url">, settings: object = {}): object {
  return { use: TRUST, config: { url }, reach: ["127.0.0.0/8"], ...settings };
}

/** The wiki, for whoever comes on a device that is trusted. */
export const TRUSTED_ONLY = `
applications:
  - name: wiki
    domain: wiki.example.com
    policies:
      - name: Trusted devices
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        require: [{ device_posture: { integration_uid: trusted } }]
posture_rules:
  - { id: trusted, name: Trusted, type: attribute, input: { attribute: own.trust, operator: ">=", value: 80 } }
`;
