import { NO_MATCH } from "../verdict.ts";
import type { CheckKind } from "./check-kind.ts";
import { decided, onFact, undecidable } from "./compiled-check.ts";

/** The device is behind WARP, of whatever organisation. */
export const WARP: CheckKind<"warp"> = {
  compile: () => onFact("device.warp", NO_MATCH, ({ value }) => decided(value)),
  describe: () => "WARP on",
};

/** The device's traffic goes through the organisation's own Gateway. */
export const GATEWAY: CheckKind<"gateway"> = {
  compile: () => onFact("device.gateway", NO_MATCH, ({ value }) => decided(value)),
  describe: () => "Gateway on",
};

/** Tanium's Access integration of old: only Access itself can tell. */
export const TANIUM: CheckKind<"tanium"> = {
  compile: () => undecidable("not_provided"),
  describe: () => "Tanium healthy",
};
