import type { DeviceCertificate } from "../attribute.ts";
import type { Facts } from "../fact.ts";
import { type Judgement, MATCH, NO_MATCH, undecided } from "../verdict.ts";
import type { CheckKind } from "./check-kind.ts";
import {
  both,
  type CompiledCheck,
  currentWithin,
  decided,
  either,
  INCOMPLETE,
  MISSING,
} from "./compiled-check.ts";
import { compileDeviceText, type DeviceText } from "./device-text.ts";

type JudgeCertificate = (
  certificate: DeviceCertificate,
  facts: Facts,
  now: number,
  maxAgeMs: number,
) => Judgement;

/** The device holds a certificate of this authority with this common name. */
export const CLIENT_CERTIFICATE: CheckKind<"client_certificate"> = {
  compile({ certificateId, commonName }) {
    const name = compileDeviceText(commonName);
    return onCertificates(certificateId, [name], (certificate, facts, now, maxAgeMs) =>
      name.judge(certificate.commonName, facts, now, maxAgeMs),
    );
  },
  describe: ({ commonName }) => `client certificate ${commonName}`,
};

/**
 * The device holds one certificate of this authority that meets every demand: its private key, common name,
 * all of the key usages, any of the locations, any of the alternative names.
 */
export const CLIENT_CERTIFICATE_V2: CheckKind<"client_certificate_v2"> = {
  compile(check) {
    const { checkPrivateKey, extendedKeyUsage, locations } = check;
    const name = check.commonName === null ? null : compileDeviceText(check.commonName);
    const alternatives = check.subjectAlternativeNames.map(compileDeviceText);
    const texts = name === null ? alternatives : [name, ...alternatives];
    return onCertificates(check.certificateId, texts, (certificate, facts, now, maxAgeMs) => {
      let judgement = checkPrivateKey ? judgePrivateKey(certificate) : MATCH;
      if (name !== null)
        judgement = both(judgement, name.judge(certificate.commonName, facts, now, maxAgeMs));
      judgement = both(judgement, judgeKeyUsage(certificate, extendedKeyUsage));
      judgement = both(judgement, judgeLocation(certificate, locations));
      if (alternatives.length === 0) return judgement;
      return both(judgement, judgeAlternatives(certificate, alternatives, facts, now, maxAgeMs));
    });
  },
  describe: ({ commonName, checkPrivateKey }) =>
    `client certificate${commonName === null ? "" : ` ${commonName}`}${checkPrivateKey ? " with its private key" : ""}`,
};

function onCertificates(
  certificateId: string,
  texts: readonly DeviceText[],
  judgeCertificate: JudgeCertificate,
): CompiledCheck {
  return {
    facts: [...new Set(["device.certificates" as const, ...texts.flatMap(({ facts }) => facts)])],
    judge(facts, now, maxAgeMs) {
      const fact = currentWithin(facts["device.certificates"], now, maxAgeMs);
      if (fact.state === "unknown") return undecided(fact.why);
      if (fact.state === "absent") return NO_MATCH;
      let judgement = fact.complete ? NO_MATCH : INCOMPLETE;
      for (const certificate of fact.value)
        if (certificate.certificateId === certificateId)
          judgement = either(judgement, judgeCertificate(certificate, facts, now, maxAgeMs));
      return judgement;
    },
    turnsAt: null,
  };
}

function judgePrivateKey({ hasPrivateKey }: DeviceCertificate): Judgement {
  return hasPrivateKey === null ? MISSING : decided(hasPrivateKey);
}

function judgeKeyUsage({ extendedKeyUsage }: DeviceCertificate, wanted: readonly string[]): Judgement {
  if (wanted.length === 0) return MATCH;
  return extendedKeyUsage === null
    ? MISSING
    : decided(wanted.every((usage) => extendedKeyUsage.includes(usage)));
}

function judgeLocation({ locations }: DeviceCertificate, wanted: readonly string[]): Judgement {
  if (wanted.length === 0) return MATCH;
  return locations === null ? MISSING : decided(wanted.some((location) => locations.includes(location)));
}

function judgeAlternatives(
  { subjectAlternativeNames }: DeviceCertificate,
  wanted: readonly DeviceText[],
  facts: Facts,
  now: number,
  maxAgeMs: number,
): Judgement {
  if (subjectAlternativeNames === null) return MISSING;
  let judgement = NO_MATCH;
  for (const name of subjectAlternativeNames)
    for (const text of wanted) judgement = either(judgement, text.judge(name, facts, now, maxAgeMs));
  return judgement;
}
