import type { Clock } from "../../clock.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import { absent, type Fact, type Facts, known, unknown } from "../../core/fact.ts";
import { parseHost } from "../../core/host.ts";
import type { IpSet } from "../../core/ip-set.ts";
import { serviceTokenOf } from "../../session/access-claims.ts";
import { ACCESS, NOBODY } from "../../session/access-identity.ts";
import { type ReadCertificate, readCertificate } from "../../session/credentials/client-certificates.ts";
import type { CheckServiceToken } from "../../session/credentials/service-tokens.ts";
import type { AskToken } from "../decision/decide-request.ts";
import { Recent } from "../decision/recent.ts";
import type { Applications } from "./applications.ts";
import { createFindClient, PROXY } from "./client-address.ts";
import type { Contract } from "./contract.ts";
import type { FindPerson, FoundPerson } from "./find-person.ts";
import { readForwardedCertificate } from "./forwarded-certificate.ts";
import type { AskedRequest } from "./gate.ts";
import type { FindLinkedApplication } from "./linked-application.ts";
import { readServiceToken } from "./service-token-headers.ts";
import type { LeftMs } from "./verified-tokens.ts";

/** Who asks: what the decision rests on, or the reason why it is none. */
export type Identified =
  | { readonly token: AskToken | null; readonly facts: Facts }
  | { readonly refused: "credential_refused" | "identities_differ" };

/** Works out who a request to `application` is from. Whatever takes longer than `leftMs` is unknown. */
export type Identify = (
  asked: AskedRequest,
  application: CompiledApplication,
  applications: Applications,
  leftMs: LeftMs,
) => Promise<Identified>;

export interface IdentifyOptions {
  readonly contract: Contract;
  /** Trusted in the chain of addresses. */
  readonly skipHops: IpSet;
  readonly findPerson: FindPerson;
  readonly findLinkedApplication: FindLinkedApplication;
  readonly checkServiceToken: CheckServiceToken;
  readonly clock: Clock;
}

const REFUSED: Identified = { refused: "credential_refused" };
const KEPT_CERTIFICATES = 1_000;

/** A person's attributes where their token could not be checked: no login would cure that. */
const UNREACHABLE: Facts = { "identity.subject": unknown("unreachable", PROXY) };
/** Beside a service token no person counts. */
const NOBODY_COUNTS: FoundPerson = { state: "nobody" };
const NOT_CONSULTED: Facts = Object.fromEntries(
  Object.keys(NOBODY).map((name) => [name, unknown("not_consulted", PROXY)]),
);

export function createIdentify(options: IdentifyOptions): Identify {
  const { contract, findPerson, findLinkedApplication, checkServiceToken, clock } = options;
  const findClient = createFindClient(options.skipHops);
  const readOnce = rememberCertificates();

  function certificateFact(asked: AskedRequest, { checkCertificate }: Applications, now: number): Facts {
    if (contract.certificate === null) return {};
    const forwarded = readForwardedCertificate(contract.certificate, asked.headers);
    if (forwarded.state === "none") return { "credential.certificate": absentAt(now) };
    if (forwarded.state === "unreadable") return { "credential.certificate": unknown(forwarded.why, PROXY) };
    const read = readOnce(forwarded.certificate);
    const host = parseHost(asked.host) ?? "";
    const fact = read === null ? unknown("malformed", PROXY) : checkCertificate(read, host, now);
    return { "credential.certificate": fact };
  }

  return async (asked, { application }, applications, leftMs) => {
    const { headers } = asked;
    const now = clock();
    const pair = readServiceToken(asked, application.serviceTokenHeader);
    if (pair !== null && (pair === "broken" || !checkServiceToken(pair, now))) return REFUSED;
    // One that has gone from the policies is gone, whoever still holds its secret.
    if (pair !== null && !applications.serviceTokens.has(pair.clientId)) return REFUSED;
    const finding = pair === null ? findPerson(headers, application.audience, leftMs) : NOBODY_COUNTS;
    const [person, linked] =
      headers.has("cf-access-token") || headers.has("authorization")
        ? await Promise.all([finding, findLinkedApplication(headers, applications, leftMs)])
        : [await finding, absentAt(now)];
    if (linked === "refused") return REFUSED;
    const facts: Facts = {
      "network.ip": findClient(headers.get(contract.client), now),
      "credential.linked_app_token": linked,
      ...certificateFact(asked, applications, now),
    };
    if (pair !== null) {
      const from = { source: PROXY, learntAt: now, expiresAt: Number.POSITIVE_INFINITY };
      const token = known(pair.clientId, from);
      return { token: null, facts: { ...facts, "credential.service_token": token, ...NOT_CONSULTED } };
    }
    if (person.state === "credential_refused" || person.state === "identities_differ")
      return { refused: person.state };
    const token = person.state === "found" ? person.token : null;
    // A token of Access may be a service token's: then it says so itself.
    const client = token === null ? null : serviceTokenOf(token.claims);
    const service = client === null ? noServiceToken(now) : factOfClient(client, applications);
    const nobody = person.state === "unavailable" ? UNREACHABLE : {};
    return { token, facts: { ...facts, ...service, ...nobody } };
  };
}

/** What a token says of itself stands, unless it names a client that has gone from the policies. */
function factOfClient(client: string, { serviceTokens }: Applications): Facts {
  return serviceTokens.has(client) ? {} : { "credential.service_token": unknown("broken_reference", ACCESS) };
}

function noServiceToken(now: number): Facts {
  return { "credential.service_token": absentAt(now) };
}

function absentAt(now: number): Fact<never> {
  return absent({ source: PROXY, learntAt: now, expiresAt: Number.POSITIVE_INFINITY });
}

/** Reading a certificate takes a hundred times as long as deciding. */
function rememberCertificates(): (certificate: string | Uint8Array) => ReadCertificate | null {
  const recent = new Recent<ReadCertificate | null>(KEPT_CERTIFICATES);
  return (certificate) => {
    const key = typeof certificate === "string" ? certificate : Buffer.from(certificate).toString("latin1");
    const before = recent.get(key);
    if (before !== undefined) return before;
    const read = readCertificate(certificate);
    recent.set(key, read);
    return read;
  };
}
