import { startRedis } from "../../../test/support/redis-server.ts";
import type { FailingStore, Fault } from "../store-fault.ts";
import { DISHONESTLY, HONESTLY } from "./device-server.ts";
import type { Fleet } from "./fleet.ts";
import type { ReplicaProcess } from "./replica-process.ts";
import type { Verdicts } from "./verdicts.ts";

/** How far the clock of a replica is off while it is. Milliseconds. */
const OFF_BY_MS: readonly number[] = [-600_000, -5_000, 5_000, 600_000];
const CHANGES = 6;

/** A Redis that does as it should. */
export async function openSoundRedis(): Promise<FailingStore> {
  const server = await startRedis();
  return {
    url: `redis://127.0.0.1:${server.port}`,
    faults: [],
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** A replica is asked to end or killed, and started again. */
export function endings({ processes }: Fleet): readonly Fault[] {
  return (["SIGTERM", "SIGKILL"] as const).flatMap((signal) =>
    processes.map((process) => ({
      ...EVERYTHING,
      begin: () => process.end(signal),
      end: () => process.start(),
    })),
  );
}

/** Policies change, and go wrong on their way. */
export function reloads(): readonly Fault[] {
  return [
    {
      affects: "nothing",
      loses: "nothing",
      async begin(crowd) {
        for (let n = 0; n < CHANGES; n++) await crowd.changePolicies();
      },
      end: async () => {},
    },
  ];
}

/** The keys that sign verdicts are revoked; the next ones take over. */
export function revokedKeys({ processes }: Fleet, verdicts: Verdicts): readonly Fault[] {
  return processes.map((process) => ({
    affects: "nothing",
    loses: "nothing",
    begin: () => verdicts.revokeKey(process),
    end: async () => {},
  }));
}

/** The clock of one replica is wrong; the other one's, which takes logins and revocations, is right. */
export function wrongClocks({ processes }: Fleet): readonly Fault[] {
  const wrong: ReplicaProcess | undefined = processes.at(-1);
  const set = async (offByMs: number) => wrong?.order({ kind: "set_clock", offByMs });
  return OFF_BY_MS.map((offByMs) => ({
    ...EVERYTHING,
    begin: () => set(offByMs),
    end: () => set(0),
  }));
}

/** The source of devices does not answer, or nothing that counts. */
export function dishonestSources({ devices }: Fleet): readonly Fault[] {
  return DISHONESTLY.map((answer) => ({
    affects: "devices",
    loses: "nothing",
    begin: async () => devices.setAnswer(answer),
    end: async () => devices.setAnswer(HONESTLY),
  }));
}

const EVERYTHING = { affects: "everything", loses: "nothing" } as const;
