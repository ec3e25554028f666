import { TypeCompiler } from "@sinclair/typebox/compiler";
import { definePlugin, t } from "../../../src/plugin.ts";

/** By device; null for one that the source has never heard of. What else a source says is its lie. */
const ANSWERS = TypeCompiler.Compile(t.Record(t.String(), t.Unsafe<number | null>(t.Unknown())));

/** How far a source trusts devices, asked about one or about many. */
export default definePlugin({
  name: "trust",
  provides: [],
  needs: ["device.id"],
  config: t.Object({ url: t.String(), method: t.String({ default: "POST" }) }),
  attributes: { "own.trust": t.Integer({ minimum: 0, maximum: 100 }) },
  setup({ url, method }, host) {
    const ask = async (devices: readonly string[], signal: AbortSignal) => {
      const response = await host.fetch(url, { method, body: JSON.stringify(devices), signal });
      const answers: unknown = await response.json();
      if (!ANSWERS.Check(answers)) throw new SyntaxError("not an object of devices");
      return answers;
    };
    return {
      async resolve({ "device.id": id }, _, signal) {
        return { "own.trust": (await ask([id], signal))[id] };
      },
      async poll(subjects, signal) {
        const answers = await ask(
          subjects.map((subject) => subject["device.id"]),
          signal,
        );
        return subjects.map((subject) => [subject, { "own.trust": answers[subject["device.id"]] }] as const);
      },
    };
  },
});
