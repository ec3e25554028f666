import type { FactName, FactValue, Groups, MultiValues } from "../../src/core/attribute.ts";
import type { Email } from "../../src/core/email.ts";
import type { Fact, Facts } from "../../src/core/fact.ts";
import { parseIp } from "../../src/core/ip-address.ts";
import type { UnknownReason } from "../../src/core/reason.ts";
import { type Dice, happens, pick, some } from "./dice.ts";
import * as pool from "./pools.ts";

/** The moment of every drawn request. */
export const NOW = 1_000_000;

/** How much is known of a request: all of it, most, some, or nothing of the person. */
type Light = "bright" | "clear" | "dim" | "nobody";

/** The facts of one request, in every state that facts can be in. */
export function drawFacts(dice: Dice, light = pick<Light>(dice, ["clear", "dim", "dim", "nobody"])): Facts {
  const facts: Facts = {};
  const put = <N extends FactName>(name: N, value: FactValue<N>): void => {
    const fact = drawFact(dice, light, name, value);
    if (fact !== null) Object.assign(facts, { [name]: fact });
  };
  put("identity.subject", "ann");
  put("identity.email", drawEmail(dice));
  put("identity.login_method", pick(dice, [...pool.IDPS, "stranger"]));
  put("identity.login_method_type", pick(dice, pool.IDP_TYPES));
  put("identity.authentication_methods", drawSet(dice, pool.AUTHENTICATION_METHODS));
  put("identity.authentication_contexts", drawSet(dice, pool.CONTEXTS));
  put("identity.groups", drawGroups(dice));
  put("identity.saml_attributes", drawClaims(dice));
  put("identity.oidc_claims", drawClaims(dice));
  put("identity.account_memberships", drawSet(dice, pool.ACCOUNTS));
  put("identity.risk_score", pick(dice, pool.RISK_LEVELS));
  for (const url of pool.EVALUATE_URLS) put(`identity.external_evaluation:${url}`, happens(dice, 50));
  put("network.ip", pick(dice, ADDRESSES));
  put("network.country", pick(dice, pool.COUNTRIES));
  put("credential.service_token", pick(dice, pool.CLIENT_IDS));
  put("credential.certificate", { commonName: pick(dice, [null, ...pool.COMMON_NAMES]) });
  put("credential.linked_app_token", pick(dice, pool.LINKED_APPLICATIONS));
  put("device.id", "laptop-1");
  put("device.warp", happens(dice, 50));
  put("device.gateway", happens(dice, 50));
  put("own.score", pick<number | string>(dice, [70, 50, 49, Number.NaN, "70"]));
  put("own.managed", pick<boolean | string>(dice, [true, false, "true"]));
  put("own.ring", pick<boolean | string>(dice, ["a", "c", true]));
  put("own.tags", drawSet(dice, ["lab", "field"]));
  for (const id of pool.POSTURE_IDS)
    if (happens(dice, 30)) put(`device.asserted_posture:${id}`, { success: happens(dice, 50) });
  return facts;
}

const CURABLE: readonly UnknownReason[] = ["no_person", "log_in_again"];
const INCURABLE: readonly UnknownReason[] = ["timeout", "not_provided", "missing", "disagreement"];

/** A fact of that value, or one that lost it; null for a name that is missing. */
function drawFact<T>(dice: Dice, light: Light, name: FactName, value: T): Fact<T> | null {
  const isPersonal = name.startsWith("identity.");
  if (light === "bright") return { state: "known", value, complete: true, source: "drawn", ...FRESH };
  const throwOfState = dice(100);
  if (light === "nobody" && isPersonal && throwOfState < 92) return lost("no_person");
  const knownShare = light === "dim" ? 55 : 90;
  const times = drawTimes(dice);
  if (throwOfState < knownShare) {
    const complete = !isSet(value) || !happens(dice, 25);
    return { state: "known", value, complete, source: "drawn", ...times };
  }
  const kind = pick(dice, ["absent", "unknown", "missing"]);
  if (kind === "absent") return { state: "absent", source: "drawn", ...times };
  if (kind === "missing") return null;
  return lost(pick(dice, [...INCURABLE, ...CURABLE]));
}

const ADDRESSES = pool.IP_ADDRESSES.map(parseIp).filter((address) => address !== null);

function lost(why: UnknownReason): Fact<never> {
  return { state: "unknown", why, source: "drawn" };
}

function isSet(value: unknown): boolean {
  return value instanceof Set || value instanceof Map || (value instanceof Object && "ids" in value);
}

const FRESH = { learntAt: NOW - 1_000, expiresAt: Number.POSITIVE_INFINITY };

/** Mostly fresh; otherwise on either side of the two moments at which a fact stops or starts to count. */
function drawTimes(dice: Dice): { learntAt: number; expiresAt: number } {
  if (!happens(dice, 18)) return FRESH;
  return pick(dice, [
    { ...FRESH, expiresAt: NOW + 1 },
    { ...FRESH, expiresAt: NOW },
    { ...FRESH, expiresAt: NOW - 500 },
    { ...FRESH, expiresAt: Number.NaN },
    { ...FRESH, learntAt: NOW + 5_000 },
    { ...FRESH, learntAt: NOW + 5_001 },
    { ...FRESH, learntAt: Number.NaN },
  ]);
}

function drawEmail(dice: Dice): Email {
  const address = pick(dice, pool.ADDRESSES);
  return { address, domain: address.slice(address.indexOf("@") + 1) };
}

function drawSet<T>(dice: Dice, items: readonly T[]): ReadonlySet<T> {
  return new Set(some(dice, items));
}

function drawGroups(dice: Dice): Groups {
  return {
    ids: drawSet(dice, pool.GROUP_IDS),
    names: drawSet(dice, pool.FACT_GROUP_NAMES),
    emails: drawSet(dice, pool.GROUP_EMAILS),
  };
}

function drawClaims(dice: Dice): MultiValues {
  return new Map(some(dice, pool.CLAIM_NAMES).map((name) => [name, drawSet(dice, pool.CLAIM_VALUES)]));
}
