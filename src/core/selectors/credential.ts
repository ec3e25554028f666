import { NO_MATCH } from "../verdict.ts";
import { familyOf } from "./family.ts";
import { asking } from "./matcher.ts";
import { EXIST, equal } from "./way.ts";

const serviceToken = familyOf({
  name: "credential.service_token",
  read: (facts) => facts["credential.service_token"],
  absent: NO_MATCH,
});

/** Keys are client ids: what Access asserts and clients send. */
export const SERVICE_TOKEN = serviceToken(equal((clientId) => clientId));
export const ANY_SERVICE_TOKEN = asking(serviceToken(EXIST), []);

const linkedAppToken = familyOf({
  name: "credential.linked_app_token",
  read: (facts) => facts["credential.linked_app_token"],
  absent: NO_MATCH,
});

export const LINKED_APP_TOKEN = linkedAppToken(equal((application) => application));

const certificate = familyOf({
  name: "credential.certificate",
  read: (facts) => facts["credential.certificate"],
  absent: NO_MATCH,
});

export const CERTIFICATE = asking(certificate(EXIST), []);
/** A certificate without a common name has none of them. */
export const COMMON_NAME = certificate(equal(({ commonName }) => commonName));
