import ipaddr from "ipaddr.js";
import { parse } from "yaml";
import { readPolicies } from "../../src/config/policies/read-policies.ts";
import { compileApplications } from "../../src/core/application-index.ts";
import { parseEmail } from "../../src/core/email.ts";
import { known } from "../../src/core/fact.ts";
import { parseIp, parseRange } from "../../src/core/ip-address.ts";
import { type PathReadings, readPath } from "../../src/core/path.ts";
import { ACCESS, factsOfIdentity } from "../../src/session/access-identity.ts";
import { parseToken } from "../../src/token/jwt-gate.ts";
import { said } from "../support/records.ts";
import { createTestVerifier } from "../token/access-team.ts";
import type { Target } from "./target.ts";
import { accessTokenTarget } from "./targets/access-token.ts";
import { applicationsTarget } from "./targets/applications.ts";
import { configTarget, ENV, readConfigText } from "./targets/config.ts";
import { emailTarget } from "./targets/email.ts";
import { hostTarget } from "./targets/host.ts";
import { identityTarget } from "./targets/identity.ts";
import { importTarget, importText } from "./targets/import.ts";
import { cidrTarget, ipTarget } from "./targets/ip.ts";
import { jwtGateTarget } from "./targets/jwt-gate.ts";
import { pathTarget } from "./targets/path.ts";
import { policiesTarget } from "./targets/policies.ts";
import { strictJsonTarget } from "./targets/strict-json.ts";
import { factsFileTarget, readFactsText, readTestsText, testFileTarget } from "./targets/written-requests.ts";

const verifier = createTestVerifier();

/** What a careful person could have written instead, each with the mistake that its fuzzer has to find. */
export const MISTAKES: readonly (readonly [mistake: string, target: Target])[] = [
  [
    "a gate that overlooks padding and white space in a token",
    jwtGateTarget((token, rules) => parseToken(token.replace(/[=\s]/g, ""), rules)),
  ],
  [
    "a gate that takes whatever algorithm the header names",
    jwtGateTarget((token, rules) => {
      const [header = ""] = token.split(".");
      const { alg } = JSON.parse(Buffer.from(header, "base64url").toString());
      return parseToken(token, { ...rules, algorithms: ["RS256", alg] });
    }),
  ],
  [
    "a verifier that trims what it is given",
    accessTokenTarget((token) => verifier.verifyEvaluation(token.replace(/[^\w.-]/g, ""))),
  ],
  [
    "JSON.parse, for which the last of two names wins",
    strictJsonTarget((bytes) => JSON.parse(String(Buffer.from(bytes)))),
  ],
  [
    "hosts folded by Unicode's rules",
    hostTarget((text) => (/^[\p{L}\d.-]+$/u.test(text) ? text.toLowerCase() : null)),
  ],
  ["paths decoded once", pathTarget(readOnce)],
  [
    "paths resolved as the URL standard does",
    applicationsTarget((entries) => {
      const index = compileApplications(entries);
      return { find: (host, target) => index.find(host, URL.parse(`http://h${target}`)?.pathname ?? "") };
    }),
  ],
  [
    "a domain that is whatever follows the last @",
    emailTarget((text) => {
      const email = parseEmail(`x@${text.split("@").at(-1)}`);
      return email && { ...email, address: text.toLowerCase() };
    }),
  ],
  [
    "addresses as ipaddr.js takes them, octal ones too",
    ipTarget((text) => (ipaddr.isValid(text) ? parseIp(ipaddr.process(text).toString()) : null)),
  ],
  [
    "a prefix of no bits that covers all of them",
    cidrTarget((text) => parseRange(text.replace(/\/0$/, "/32"))),
  ],
  [
    "an e-mail made of whatever was sent",
    identityTarget((identity, learntAt) => {
      const email = parseEmail(String(identity.email));
      const facts = factsOfIdentity(identity, learntAt);
      return email === null ? facts : { ...facts, "identity.email": known(email, said(ACCESS)) };
    }),
  ],
  [
    "a configuration with its variables put in before it is parsed",
    configTarget((text) => readConfigText(text.replaceAll(`\${SECRET}`, ENV.SECRET))),
  ],
  [
    "policies read by a parser of YAML 1.1",
    policiesTarget((text) => {
      const value: unknown = parse(text, { version: "1.1", uniqueKeys: false, logLevel: "silent" });
      return readPolicies([{ file: "policies.yaml", text: JSON.stringify(value ?? null) }]);
    }),
  ],
  [
    "an import that forgets who is excluded",
    importTarget((text) => importText(text.replace(/"?exclude"?: *\[[^\]]*\],?/g, ""))),
  ],
  [
    "facts of which one fault gets lost",
    factsFileTarget((text) => {
      const { facts, faults } = readFactsText(text);
      return { facts, faults: faults.slice(1) };
    }),
  ],
  [
    "tests that are run although one of them is faulty",
    testFileTarget((text) => {
      const { tests, faults } = readTestsText(text);
      return { tests, faults: faults.slice(1) };
    }),
  ],
];

function readOnce(target: string): PathReadings | null {
  const [first, second] = readPath(target) ?? [];
  if (first === undefined) return null;
  return second === undefined ? [first] : [first, second];
}
