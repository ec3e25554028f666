import type { Facts } from "../../../src/core/fact.ts";
import { decodeFacts, encodeFacts } from "../../../src/core/fact-json.ts";
import { factsOfIdentity } from "../../../src/session/access-identity.ts";
import { parseStrictObject } from "../../../src/token/strict-json.ts";
import { TokenError } from "../../../src/token/token-error.ts";
import { type Dice, pick } from "../../oracle/dice.ts";
import { NOON } from "../../support/records.ts";
import { attempt, hold, type Target } from "../target.ts";

type FactsOfIdentity = (identity: Readonly<Record<string, unknown>>, learntAt: number) => Facts;

const ADA = JSON.stringify({
  email: "ada@company.com",
  user_uuid: "u-1",
  idp: { id: "i-1", type: "okta" },
  groups: ["engineers", { id: "g1", name: "ops", email: "ops@company.com" }],
  amr: ["pwd", "mfa"],
  geo: { country: "PT" },
  ip: "192.0.2.10",
  auth_status: "NONE",
  service_token_status: false,
  is_warp: true,
  device_id: "d-1",
  devicePosture: { p1: { success: true, timestamp: "2026-11-21T11:59:00Z" } },
  oidc_fields: { email_verified: true, role: ["admin"] },
  saml_attributes: { dept: "R&D" },
});
const ROBOT = JSON.stringify({
  service_token_status: true,
  service_token_id: "ci.access",
  ip: "2001:db8::1",
});

const NAMES = [
  "email",
  "user_uuid",
  "idp",
  "groups",
  "amr",
  "acrs",
  "geo",
  "ip",
  "auth_status",
  "mtls_auth",
  "common_name",
  "service_token_status",
  "service_token_id",
  "is_warp",
  "is_gateway",
  "device_id",
  "devicePosture",
  "oidc_fields",
  "saml_attributes",
  "custom",
  "email_verified",
  "xms_edov",
];
const VALUES = [
  "null",
  '""',
  "false",
  "true",
  "0",
  "1",
  '"false"',
  '"ada@company.com"',
  '["ada@company.com"]',
  '{"address":"ada@company.com"}',
  '{"id":"i-1","type":"azureAD"}',
  '["g1"]',
  '[{"id":1,"name":"x"}]',
  '"SUCCESS"',
  '{"auth_status":"SUCCESS"}',
  '{"country":"T1"}',
  '"192.0.2.1"',
  '{"email_verified":false}',
  '{"xms_edov":"0"}',
  '{"p1":{"success":"true"}}',
  "[[]]",
  "1e308",
];

/** Identities as Access tells them, in every wrong shape: nothing is known but what was said, as it was said. */
export function identityTarget(read: FactsOfIdentity = factsOfIdentity): Target {
  return {
    name: "identity",
    corpus: [ADA, ROBOT, "{}"],
    dictionary: [...NAMES.map((name) => `,"${name}":`), ...VALUES],
    draw: drawIdentity,
    check(text) {
      const identity = attempt(() => parseStrictObject(Buffer.from(text), "the identity"), TokenError);
      if (identity === null) return false;
      const facts = read(identity, NOON);
      const again = decodeFacts(JSON.parse(JSON.stringify(encodeFacts(facts))));
      hold(Bun.deepEquals(again, facts, true), "facts survive being written down");
      checkPerson(identity, facts);
      checkRequest(identity, facts);
      return true;
    },
  };
}

function checkPerson(identity: Readonly<Record<string, unknown>>, facts: Facts): void {
  const email = facts["identity.email"];
  if (email?.state === "known") {
    hold(typeof identity.email === "string", "an e-mail that is known was a text");
    hold(
      identity.email.toLowerCase() === email.value.address,
      "an e-mail that is known is the one that was said",
    );
    const claims = JSON.stringify([identity.email_verified, identity.xms_edov]);
    hold(!/false|0/.test(claims), "an e-mail that is known was not said to be unverified");
  }
  const somebody = facts["identity.subject"]?.state === "known";
  hold(!somebody || identity.service_token_status !== true, "beside a service token there is no person");
  const groups = facts["identity.groups"];
  hold(groups?.state !== "known" || Array.isArray(identity.groups), "groups that are known were a list");
}

function checkRequest(identity: Readonly<Record<string, unknown>>, facts: Facts): void {
  const token = facts["credential.service_token"];
  const isToken = identity.service_token_status === true && typeof identity.service_token_id === "string";
  hold(token?.state !== "known" || isToken, "a service token that is known was verified and named");
  const certificate = facts["credential.certificate"];
  hold(
    certificate?.state !== "known" || /"SUCCESS"/.test(JSON.stringify(identity)),
    "a certificate that is known was verified",
  );
  const country = facts["network.country"];
  hold(
    country?.state !== "known" || /^[A-SU-WYZ][A-Z]|^[TX][A-WYZ]$/.test(country.value),
    "a country that is known is one",
  );
  for (const [name, fact] of Object.entries(encodeFacts(facts))) {
    if (!name.startsWith("device.asserted_posture:") || fact.state !== "known") continue;
    const rule = name.slice("device.asserted_posture:".length);
    const said: unknown = Reflect.get(Object(identity.devicePosture), rule);
    const asserted = Reflect.get(Object(fact.value), "success");
    hold(Reflect.get(Object(said), "success") === asserted, "a posture result is the one that was said");
  }
}

function drawIdentity(dice: Dice): string {
  const members = NAMES.filter(() => dice(3) === 0).map((name) => `"${name}":${pick(dice, VALUES)}`);
  return `{${members.join(",")}}`;
}
