import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../clock.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../../core/policy-directory.ts";
import { type Service, startService } from "../compose.ts";
import type { CliIo } from "../io.ts";
import { loadAll } from "../load.ts";
import { type Replay, readLoggedDecision, replayDecision } from "../logged-decision.ts";
import type { Edge } from "./edge.ts";

/** Where the demo's policies are. */
const POLICIES = new URL("./policies", import.meta.url).pathname;

/** Postern as the demo runs it. */
export interface Demo {
  readonly service: Service;
  /** Of its public listener, and of the one for a reverse proxy. */
  readonly publicUrl: string;
  readonly proxyUrl: string;
  /** The last decision it logged, made again from the log line. */
  explainLast(): Replay | null;
  /** Writes what the device inventory says of ada's laptop. */
  writeInventory(inGoodOrder: boolean): Promise<void>;
}

/** Starts Postern on an embedded store in `folder`, with an inventory file as a provider. */
export async function startDemo(folder: string, edge: Edge, io: CliIo): Promise<Demo> {
  const inventory = join(folder, "laptops.csv");
  const writeInventory = (inGoodOrder: boolean) =>
    writeFile(inventory, `laptop,in_good_order\nlaptop-of-ada,${inGoodOrder}\n`);
  await writeInventory(true);
  const file = join(folder, "postern.yaml");
  const config = {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:0" },
    proxies: [{ kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] }],
    store: `sqlite:${join(folder, "postern.db")}`,
    access: { team_domain: edge.teamDomain, certs_url: edge.certsUrl },
    policies: POLICIES,
    providers: [{ use: "inventory", interval: "1s", expires: "2s", config: inventoryOf(inventory) }],
    keys: { directory: join(folder, "keys"), passphrase: crypto.randomUUID() },
  };
  await writeFile(file, JSON.stringify(config));
  const loaded = await loadAll(file, io);
  if (!loaded.ok) throw new Error(loaded.faults.map(({ message }) => message).join("\n"));
  const directory = createPolicyDirectory(loaded.policySet);
  const lines: string[] = [];
  const logDestination = { write: (text: string) => void lines.push(...text.split("\n")) };
  const service = await startService({ config: loaded.config, clock: systemClock, logDestination });
  const urlOf = (kind: string) => service.listeners.find(({ name }) => name.includes(kind))?.url ?? "";
  return {
    service,
    publicUrl: urlOf("public"),
    proxyUrl: urlOf("nginx"),
    explainLast: () => explainLast(lines, directory),
    writeInventory,
  };
}

function inventoryOf(file: string) {
  return {
    name: "laptops",
    file,
    key: { column: "laptop", is: "device.id" },
    attributes: { "laptops.in_good_order": { type: "boolean", column: "in_good_order" } },
  };
}

function explainLast(lines: readonly string[], directory: PolicyDirectory): Replay | null {
  const logged = lines.findLast((line) => readLoggedDecision(line) !== null);
  const decision = logged === undefined ? null : readLoggedDecision(logged);
  return decision === null ? null : replayDecision(decision, directory);
}
