// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables as rules write them
import type { DeviceCertificate } from "../../../src/core/attribute.ts";
import type { PostureCheck } from "../../../src/core/model.ts";
import { has, hasPart, judges, LOST, NONE } from "./posture-table.ts";

const PLAIN: DeviceCertificate = {
  certificateId: "ca-1",
  commonName: "c02xk0_acme",
  hasPrivateKey: true,
  extendedKeyUsage: ["clientAuth"],
  subjectAlternativeNames: ["laptop.acme.test"],
  locations: ["system"],
};

const holds = (...changes: Partial<DeviceCertificate>[]) => ({
  "device.certificates": has(changes.map((change) => ({ ...PLAIN, ...change }))),
});

judges(
  "A certificate of an authority, by name",
  { type: "client_certificate", certificateId: "ca-1", commonName: "C02XK0_acme" },
  [
    ["the device has it", holds({}), "match"],
    ["it is among others", holds({ certificateId: "ca-2" }, {}), "match"],
    ["it is of another authority", holds({ certificateId: "ca-2" }), "no_match"],
    ["it has another name", holds({ commonName: "other" }), "no_match"],
    ["the device has no certificate", { "device.certificates": NONE }, "no_match"],
    ["the list is empty", holds(), "no_match"],
    ["the part that was seen has it", { "device.certificates": hasPart([PLAIN]) }, "match"],
    ["the part that was seen lacks it", { "device.certificates": hasPart([]) }, "incomplete"],
    [
      "the part that was seen has another",
      { "device.certificates": hasPart([{ ...PLAIN, commonName: "other" }]) },
      "incomplete",
    ],
    ["the source did not answer", { "device.certificates": LOST }, "timeout"],
  ],
);

type CertificateCheck = Extract<PostureCheck, { type: "client_certificate_v2" }>;

const demands = (changes: Partial<CertificateCheck>): CertificateCheck => ({
  type: "client_certificate_v2",
  platform: "mac",
  certificateId: "ca-1",
  checkPrivateKey: false,
  commonName: null,
  extendedKeyUsage: [],
  locations: [],
  subjectAlternativeNames: [],
  ...changes,
});

judges("A certificate of an authority, of any name", demands({}), [
  ["the device has one", holds({}), "match"],
  ["of which next to nothing is known", holds({ hasPrivateKey: null, locations: null }), "match"],
  ["the device has one of another", holds({ certificateId: "ca-2" }), "no_match"],
  ["the source did not answer", { "device.certificates": LOST }, "timeout"],
]);

judges("A certificate with its private key", demands({ checkPrivateKey: true }), [
  ["the device has the key", holds({}), "match"],
  ["the device lacks the key", holds({ hasPrivateKey: false }), "no_match"],
  ["nobody looked for the key", holds({ hasPrivateKey: null }), "missing"],
  ["one of two has its key", holds({ hasPrivateKey: null }, {}), "match"],
  [
    "one of two lacks it, for the other nobody looked",
    holds({ hasPrivateKey: null }, { hasPrivateKey: false }),
    "missing",
  ],
]);

judges("A certificate for two usages", demands({ extendedKeyUsage: ["clientAuth", "emailProtection"] }), [
  ["it has both", holds({ extendedKeyUsage: ["emailProtection", "clientAuth"] }), "match"],
  ["it has one of them", holds({ extendedKeyUsage: ["clientAuth"] }), "no_match"],
  ["nobody read its usages", holds({ extendedKeyUsage: null }), "missing"],
]);

judges("A certificate in one of two places", demands({ locations: ["/etc/ssl/client.pem", "system"] }), [
  ["it is in one of them", holds({ locations: ["system"] }), "match"],
  ["it is elsewhere", holds({ locations: ["user"] }), "no_match"],
  ["nobody knows where it was", holds({ locations: null }), "missing"],
]);

const NAMES = ["a.acme.test", "${hostname}.acme.test"];

judges("A certificate with one of two alternative names", demands({ subjectAlternativeNames: NAMES }), [
  ["it has one", holds({ subjectAlternativeNames: ["x", "A.acme.test"] }), "match"],
  ["it has the one with the device's own name", { "device.hostname": has("Laptop"), ...holds({}) }, "match"],
  ["it has neither", { "device.hostname": has("desktop"), ...holds({}) }, "no_match"],
  ["the device's own name is not known", { "device.hostname": LOST, ...holds({}) }, "timeout"],
  ["nobody read its names", holds({ subjectAlternativeNames: null }), "missing"],
]);

judges("A certificate named after the device", demands({ commonName: "${serial_number}_acme" }), [
  ["it bears the serial number", { "device.serial_number": has("C02XK0"), ...holds({}) }, "match"],
  ["it bears another's", { "device.serial_number": has("C02XK1"), ...holds({}) }, "no_match"],
  ["it is of another authority", holds({ certificateId: "ca-2" }), "no_match"],
  ["nobody knows the serial number", holds({}), "not_provided"],
  ["the device has no serial number", { "device.serial_number": NONE, ...holds({}) }, "missing"],
  [
    "an empty serial number makes no name",
    { "device.serial_number": has(""), ...holds({ commonName: "_acme" }) },
    "missing",
  ],
]);

judges("Two variables in one name", demands({ commonName: "${hostname}.${serial_number}" }), [
  [
    "a host that names itself after a variable gains nothing",
    {
      "device.hostname": has("${serial_number}"),
      "device.serial_number": has("S1"),
      ...holds({ commonName: "s1.s1" }),
    },
    "no_match",
  ],
  [
    "both are filled in",
    {
      "device.hostname": has("laptop"),
      "device.serial_number": has("S1"),
      ...holds({ commonName: "laptop.s1" }),
    },
    "match",
  ],
]);
