import { NO_MATCH } from "../verdict.ts";
import { alone, oneOf, valueTest } from "./matcher.ts";

/** Keys are client ids: what Access asserts and clients send. */
export const SERVICE_TOKEN = oneOf(
  "credential.service_token",
  (facts) => facts["credential.service_token"],
  (clientId) => clientId,
  NO_MATCH,
);

export const ANY_SERVICE_TOKEN = alone(
  SERVICE_TOKEN.facts,
  valueTest(
    (facts) => facts["credential.service_token"],
    () => true,
    NO_MATCH,
  ),
);

export const LINKED_APP_TOKEN = oneOf(
  "credential.linked_app_token",
  (facts) => facts["credential.linked_app_token"],
  (application) => application,
  NO_MATCH,
);

export const CERTIFICATE = alone(
  ["credential.certificate"],
  valueTest(
    (facts) => facts["credential.certificate"],
    () => true,
    NO_MATCH,
  ),
);

/** A rule for a common name; a certificate without one matches none. */
export function commonName(name: string) {
  return alone(
    ["credential.certificate"],
    valueTest(
      (facts) => facts["credential.certificate"],
      (certificate) => certificate.commonName === name,
      NO_MATCH,
    ),
  );
}
