import { afterEach, expect, test } from "bun:test";
import { sendRaw } from "../support/raw-http.ts";
import { Workspace } from "../support/run-verb.ts";
import { until } from "../support/until.ts";
import { AS_SENT_BY } from "./rig.ts";

const POLICIES = `
applications:
  - name: status
    domain: status.example.com
    policies: [{ name: Anybody, decision: bypass, include: [{ everyone: {} }] }]
`;
const ASKING_AT_ONCE = 16;
const ENOUGH_ANSWERS = 100;

let workspace: Workspace;
afterEach(() => workspace[Symbol.dispose]());

/** `postern serve` under load that is sent `signal` in the middle of it: ids of what it answered and of what it logged. */
async function endUnderLoad(signal: "SIGKILL" | "SIGTERM") {
  workspace = new Workspace();
  const config = {
    public_url: "https://postern.example.com",
    proxies: [{ kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1"] }],
    store: "memory:",
    policies: "./policies.yaml",
  };
  await workspace.write({ "policies.yaml": POLICIES, "postern.yaml": JSON.stringify(config) });
  const child = workspace.spawn(["serve"]);
  let out = "";
  const read = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) out += decoder.decode(chunk, { stream: true });
  })();
  const urlOf = () => /^nginx +(\S+)$/m.exec(out)?.[1];
  await until(async () => urlOf() !== undefined);
  const answered: string[] = [];
  const ask = async () => {
    for (;;) {
      const reply = await sendRaw(urlOf() ?? "", AS_SENT_BY.nginx({ host: "status.example.com" })).catch(
        () => null,
      );
      const id = reply?.headers.get("x-postern-decision-id");
      if (id === undefined) return;
      answered.push(id);
    }
  };
  const asking = Array.from({ length: ASKING_AT_ONCE }, ask);
  await until(async () => answered.length >= ENOUGH_ANSWERS);
  child.kill(signal);
  await Promise.all([...asking, read, child.exited]);
  const logged = out.split("\n").flatMap((line) => /"msg":"decision","id":"([^"]+)"/.exec(line)?.[1] ?? []);
  return { answered, logged: new Set(logged), code: child.exitCode };
}

test.each(["SIGKILL", "SIGTERM"] as const)(
  "what was answered before a %s is in the log",
  async (signal) => {
    const { answered, logged, code } = await endUnderLoad(signal);
    expect(answered.filter((id) => !logged.has(id))).toEqual([]);
    if (signal === "SIGTERM") expect(code).toBe(0);
  },
  60_000,
);
