import type { Gatherer } from "../../pip/gather.ts";

/** Brings nothing: what Access and the request themselves say is all there is. */
export const ACCESS_ONLY: Gatherer = {
  storeKeys: () => [],
  gather: async (_subject, _wanted, _stored, known) => ({ facts: known, toStore: [], asked: false }),
};
