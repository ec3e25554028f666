import { has, judges, LOST, NONE } from "./posture-table.ts";

judges("WARP must be on", { type: "warp" }, [
  ["it is", { "device.warp": has(true) }, "match"],
  ["it is not", { "device.warp": has(false) }, "no_match"],
  ["the device has none", { "device.warp": NONE }, "no_match"],
  ["being behind Gateway says nothing of it", { "device.gateway": has(true) }, "not_provided"],
  ["the source did not answer", { "device.warp": LOST }, "timeout"],
]);

judges("Gateway must be on", { type: "gateway" }, [
  ["it is", { "device.gateway": has(true) }, "match"],
  ["it is not", { "device.gateway": has(false) }, "no_match"],
  ["the device has none", { "device.gateway": NONE }, "no_match"],
  ["WARP of whatever organisation is not enough", { "device.warp": has(true) }, "not_provided"],
  ["the source did not answer", { "device.gateway": LOST }, "timeout"],
]);

const asserted = (success: boolean) => ({ "device.asserted_posture:rule-1": has({ success }) });

judges("Tanium's integration of old is Access's alone to judge", { type: "tanium" }, [
  ["Access says that it passed", asserted(true), "match"],
  ["Access says that it failed", asserted(false), "no_match"],
  ["Access says nothing", {}, "not_provided"],
]);
