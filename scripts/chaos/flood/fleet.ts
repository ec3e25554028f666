import { join } from "node:path";
import { type Dice, happens, pick } from "../../../test/oracle/dice.ts";
import { playAccess } from "../../../test/support/played-access.ts";
import { FAULTY_POLICIES } from "../faulty-policies.ts";
import { postEvaluation, postRevocation } from "../http-calls.ts";
import { policiesWithout } from "../policies.ts";
import { createReplicaFolder } from "../replica-folder.ts";
import type { Replicas } from "../replicas.ts";
import { type DeviceServer, startDeviceServer } from "./device-server.ts";
import { ReplicaProcess } from "./replica-process.ts";
import { headersFor } from "./tokens.ts";
import type { WeaknessName } from "./weaknesses.ts";

const PLUGIN = join(import.meta.dir, "device-plugin.ts");
const REPLICAS = 2;

export interface FleetOptions {
  readonly storeUrl: string;
  readonly weakness: WeaknessName;
  readonly dice: Dice;
  readonly isHealthy: (device: string) => boolean;
  /** How many of a hundred changes of the policies go wrong at first. */
  readonly faultyChangePercent: number;
}

/** Replicas in processes of their own, each with a listener for nginx, and the source that they ask of devices. */
export interface Fleet extends Replicas {
  /** The first takes logins and revocations, too. */
  readonly processes: readonly ReplicaProcess[];
  readonly devices: DeviceServer;
}

export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { storeUrl, weakness, dice, isHealthy, faultyChangePercent } = options;
  const opened = new AsyncDisposableStack();
  const failures: string[] = [];
  try {
    const access = playAccess();
    opened.defer(() => access.stop());
    const devices = opened.use(startDeviceServer(isHealthy));
    const config = {
      proxies: [{ kind: "nginx", listen: "127.0.0.1:0", peers: ["127.0.0.1/32"] }],
      providers: [
        {
          use: PLUGIN,
          config: { url: devices.url },
          ...{ expires: "1s", timeout: "100ms", concurrency: 1_000, reach: ["127.0.0.1/32"] },
        },
      ],
    };
    const replicas = await Promise.all(
      Array.from({ length: REPLICAS }, async () => {
        const folder = await createReplicaFolder({ access, config });
        opened.defer(() => folder.remove());
        const onFailure = (failure: string) => failures.push(failure);
        const process = new ReplicaProcess({ config: folder.config, storeUrl, weakness, onFailure });
        opened.defer(() => process.end("SIGKILL"));
        await process.start();
        await folder.keepKeys();
        return { folder, process };
      }),
    );
    const processes = replicas.map(({ process }) => process);
    const [first] = processes;
    if (first === undefined) throw new Error("there is no replica");
    const everything = opened.move();

    async function putPolicies(text: string, inPlace: boolean): Promise<void> {
      for (const { folder } of replicas) await folder.putPolicies(text, inPlace);
      await Promise.all(processes.map((process) => process.order({ kind: "reload" })));
    }

    return {
      processes,
      devices,
      failures,
      evaluate: (login) => postEvaluation(first.urlOf("public"), login),
      async decide(login, application) {
        const headers = await headersFor(login, application);
        const listening = processes.filter((process) => process.urlOf("nginx") !== "");
        const response = await fetch(pick(dice, listening).urlOf("nginx"), { headers });
        await response.text();
        return {
          permitted: response.status === 200,
          reason: response.headers.get("X-Postern-Reason") ?? String(response.status),
        };
      },
      revoke: (target) => postRevocation(first.urlOf("admin"), target),
      async keepOut(emails) {
        const sound = policiesWithout(emails);
        if (happens(dice, faultyChangePercent))
          await putPolicies(pick(dice, FAULTY_POLICIES)(sound), happens(dice, 50));
        await putPolicies(sound, false);
      },
      close: () => everything.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
