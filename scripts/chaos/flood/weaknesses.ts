import { forgetLosses, tellNobody, UNWEAKENED, type Weaken } from "../weakened-store.ts";

/** Weaknesses that a replica in another process can be told by name. */
export const WEAKNESSES = {
  none: UNWEAKENED,
  forgets_losses: forgetLosses,
  tells_nobody: tellNobody,
} as const;

export type WeaknessName = keyof typeof WEAKNESSES;

/** Throws for a name that nobody has. */
export function findWeakness(name: string): Weaken {
  if (name === "none" || name === "forgets_losses" || name === "tells_nobody") return WEAKNESSES[name];
  throw new Error(`there is no weakness ${name}`);
}
