import type { Clock } from "../../clock.ts";
import type { CompiledScore } from "../../core/posture/score.ts";
import { type AskedDevice, type AskedDevices, factsOfDevice } from "../../pip/asked-devices.ts";
import type { LearnDevices } from "../../pip/learn-devices.ts";

export interface ScoreDevicesOptions {
  /** The score as the policies that serve make it. */
  readonly score: () => CompiledScore;
  readonly learn: LearnDevices;
  readonly asked: AskedDevices;
  readonly clock: Clock;
  /** Hears of what should not happen. */
  readonly onFailure: (error: unknown) => void;
}

/** The score of every device, by id: a whole number from 0 to 100. Never throws. */
export type ScoreDevices = (devices: readonly AskedDevice[]) => Promise<ReadonlyMap<string, number>>;

/** Scores devices; of which nothing can be learnt, and which cannot be told apart, at the unhealthy end. */
export function createDeviceScorer(options: ScoreDevicesOptions): ScoreDevices {
  const { score: current, learn, asked, clock, onFailure } = options;
  return async (devices) => {
    const score = current();
    if (devices.length === 0) return new Map();
    try {
      const now = clock();
      const subjects = devices.map((device) => ({
        subject: { person: null, device: device.id, address: null },
        facts: factsOfDevice(device, now),
      }));
      const [learnt, twins] = await Promise.all([learn(subjects, score.facts), asked.remember(devices)]);
      return new Map(
        devices.map(({ id }, index) => {
          const facts = learnt[index];
          const counts = facts !== undefined && !twins.has(id);
          return [id, counts ? score.count(facts, clock()) : score.unhealthy] as const;
        }),
      );
    } catch (error) {
      onFailure(error);
      return new Map(devices.map(({ id }) => [id, score.unhealthy]));
    }
  };
}
