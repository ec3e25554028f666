import { has, judges, LOST, NONE } from "./posture-table.ts";

const serial = (value: string) => ({ "device.serial_number": has(value) });
const clientId = (value: string) => ({
  "device.unique_client_id": has(value),
  "device.platform": has("ios" as const),
});

judges("The serial number must be on a list", { type: "serial_number", list: "laptops" }, [
  ["it is", serial("C02XK0AAJG5H"), "match"],
  ["it is, in another case", serial("PF-2ABC"), "match"],
  ["it is not", serial("C02XK0AAJG5X"), "no_match"],
  ["it is a part of one that is", serial("C02XK0AAJG5"), "no_match"],
  ["a letter outside ASCII is no letter of it", serial("C02X\u212A0AAJG5H"), "no_match"],
  ["the device has none", { "device.serial_number": NONE }, "no_match"],
  ["it is empty", serial(""), "missing"],
  ["the source did not answer", { "device.serial_number": LOST }, "timeout"],
]);

judges("A list that does not exist", { type: "serial_number", list: "gone" }, [
  ["nobody is on it, and nobody is off it", serial("C02XK0AAJG5H"), "broken_reference"],
]);

judges(
  "The unique client id must be on a list",
  { type: "unique_client_id", list: "phones", platform: "ios" },
  [
    ["it is", clientId("123e4567-e89b-12d3-a456-426614174000"), "match"],
    ["it is, without hyphens", clientId("123e4567e89b12d3a456426614174000"), "match"],
    ["it is, in capitals", clientId("123E4567-E89B-12D3-A456-426614174000"), "match"],
    ["it is not", clientId("00000000-e89b-12d3-a456-426614174000"), "no_match"],
    ["the device has none", { "device.unique_client_id": NONE }, "no_match"],
    ["it is empty", clientId(""), "missing"],
    ["the source did not answer", { "device.unique_client_id": LOST }, "timeout"],
  ],
);
