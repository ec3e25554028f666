import { BlockList } from "node:net";
import type { FactName, FactValue } from "../../src/core/attribute.ts";
import type { Facts } from "../../src/core/fact.ts";
import type { IpAddress } from "../../src/core/ip-address.ts";
import type { PolicySet, PostureCheck, Rule, Selector } from "../../src/core/model.ts";
import type { UnknownReason } from "../../src/core/reason.ts";
import { type Judgement, NaiveFacts, NO, unsure, YES } from "./naive-facts.ts";

/** Rules about the person: they say something only after a login. */
const ABOUT_THE_PERSON = new Set<Selector>([
  "email",
  "email_list",
  "email_domain",
  "external_evaluation",
  "user_risk_score",
  "login_method",
  "auth_method",
  "auth_context",
  "azureAD",
  "github-organization",
  "gsuite",
  "okta",
  "saml",
  "oidc",
  "cloudflare_account_member",
]);

export function isAboutThePerson(rule: Rule): boolean {
  return ABOUT_THE_PERSON.has(rule.selector);
}

/** What each selector says of the facts. */
export class NaiveRules extends NaiveFacts {
  constructor(
    readonly set: PolicySet,
    facts: Facts,
    now: number,
  ) {
    super(facts, now);
  }

  judge(rule: Exclude<Rule, { selector: "group" }>): Judgement {
    switch (rule.selector) {
      case "everyone":
        return YES;
      case "email":
        return this.ask("identity.email", ({ address }) => address === rule.email);
      case "email_domain":
        return this.ask("identity.email", ({ domain }) => domain === rule.domain);
      case "email_list":
        return this.judgeList(rule.list, "identity.email", ({ address }, entry) => address === entry);
      case "ip":
        return this.ask("network.ip", (address) => isInRange(address, rule.range));
      case "ip_list":
        return this.judgeList(rule.list, "network.ip", isInRange);
      case "geo":
        return this.ask("network.country", (country) => country === rule.country);
      case "certificate":
        return this.ask("credential.certificate", () => true);
      case "common_name":
        return this.ask("credential.certificate", ({ commonName }) => commonName === rule.commonName);
      case "any_valid_service_token":
        return this.ask("credential.service_token", () => true);
      case "service_token": {
        const token = this.set.serviceTokens.find(({ id }) => id === rule.token);
        if (token === undefined) return unsure("broken_reference");
        return this.ask("credential.service_token", (clientId) => clientId === token.clientId);
      }
      case "linked_app_token":
        return this.ask("credential.linked_app_token", (application) => application === rule.application);
      case "user_risk_score":
        return this.ask("identity.risk_score", (level) => rule.levels.includes(level));
      case "login_method":
        return this.ask("identity.login_method", (method) => method === rule.idp);
      case "auth_method":
        return this.ask("identity.authentication_methods", (methods) => methods.has(rule.method));
      case "auth_context":
        return this.judgeKind("azureAD", rule.idp, "identity.authentication_contexts", (all) =>
          all.has(rule.context),
        );
      case "azureAD":
        return this.judgeKind("azureAD", rule.idp, "identity.groups", ({ ids }) => ids.has(rule.id));
      case "okta":
        return this.judgeKind("okta", rule.idp, "identity.groups", ({ names }) => names.has(rule.name));
      case "gsuite":
        return this.judgeKind("google", rule.idp, "identity.groups", ({ emails }) => emails.has(rule.email));
      case "github-organization": {
        const name = rule.team === null ? rule.organization : `${rule.organization}/${rule.team}`;
        return this.judgeKind("github", rule.idp, "identity.groups", ({ names }) =>
          names.has(name.toLowerCase()),
        );
      }
      case "saml":
        return this.judgeBound(rule.idp, "identity.saml_attributes", (all) =>
          has(all, rule.name, rule.value),
        );
      case "oidc":
        return this.judgeBound(rule.idp, "identity.oidc_claims", (all) => has(all, rule.name, rule.value));
      case "cloudflare_account_member":
        return this.ask("identity.account_memberships", (accounts) => accounts.has(rule.account));
      case "external_evaluation":
        return this.ask(`identity.external_evaluation:${rule.evaluateUrl}`, (success) => success);
      case "device_posture":
        return this.judgePosture(rule.posture);
    }
  }

  /**
   * A rule that names no identity provider is about those of its kind: as the policies declare the one that
   * the login used, and as the login itself says of one that they do not.
   */
  judgeKind<N extends FactName>(
    kind: string,
    idp: string | null,
    name: N,
    test: (value: FactValue<N>) => boolean,
  ): Judgement {
    if (idp === null) {
      const used = this.ask("identity.login_method", () => true);
      if (used.verdict !== "match" && this.set.identityProviders.length > 0) return used;
      const declared = this.set.identityProviders.find(
        ({ id }) => this.ask("identity.login_method", (method) => method === id).verdict === "match",
      );
      const isOfKind =
        declared === undefined ? this.judgeStranger(kind) : this.judgeType(kind, declared.type);
      if (isOfKind.verdict !== "match") return isOfKind;
    }
    return this.judgeBound(idp, name, test);
  }

  judgeType(kind: string, type: string): Judgement {
    return type.startsWith(kind) ? YES : NO;
  }

  judgeStranger(kind: string): Judgement {
    return this.ask("identity.login_method_type", (type) => type.startsWith(kind));
  }

  /** Groups, claims and contexts are those of one identity provider: another login says nothing of them. */
  judgeBound<N extends FactName>(
    idp: string | null,
    name: N,
    test: (value: FactValue<N>) => boolean,
  ): Judgement {
    if (idp !== null) {
      const method = this.ask("identity.login_method", (used) => used === idp);
      if (method.verdict !== "match") return method;
    }
    return this.ask(name, test);
  }

  judgeList<N extends FactName>(
    id: string,
    name: N,
    test: (value: FactValue<N>, entry: string) => boolean,
  ): Judgement {
    const list = this.set.lists.find((candidate) => candidate.id === id);
    if (list === undefined) return unsure("broken_reference");
    return this.ask(name, (value) => list.values.some((entry) => test(value, entry)));
  }

  /** What Access asserts and what we know ourselves: they agree, or one is silent, or nothing is known. */
  judgePosture(id: string): Judgement {
    const rule = this.set.postureRules.find((candidate) => candidate.id === id);
    if (rule === undefined) return unsure("broken_reference");
    if (rule.check.type === "attribute") return this.judgeCheck(rule.check);
    const asserted = this.judgeOnDevice(() =>
      this.ask(`device.asserted_posture:${id}`, ({ success }) => success),
    );
    const own = this.judgeCheck(rule.check);
    if (own.verdict === "unknown")
      return asserted.verdict === "unknown" && this.isCurable(own.why) ? own : asserted;
    if (asserted.verdict === "unknown" || asserted.verdict === own.verdict) return own;
    return unsure("disagreement");
  }

  /** A login would tell what is unknown for want of one, of the person and of the device of the session. */
  isCurable(why: UnknownReason | null): boolean {
    return why === "no_person" || why === "log_in_again";
  }

  /** Without a named device nothing is known of it. */
  judgeOnDevice(judge: () => Judgement): Judgement {
    const device = this.ask("device.id", () => true);
    return device.verdict === "match" ? judge() : device;
  }

  judgeCheck(check: PostureCheck): Judgement {
    if (check.type === "warp") return this.judgeOnDevice(() => this.ask("device.warp", (on) => on));
    if (check.type === "gateway") return this.judgeOnDevice(() => this.ask("device.gateway", (on) => on));
    if (check.type !== "attribute") return unsure("unsupported");
    const { operator, value } = check;
    const name = `own.${check.attribute}` as const;
    const fact = this.current(name);
    if (fact.state === "known" && !isComparable(operator, fact.value, value)) return unsure("malformed");
    if (fact.state === "absent" && operator === "contains") return NO;
    return this.ask(name, (actual) => compare(operator, actual, value));
  }
}

type AttributeCheck = Extract<PostureCheck, { type: "attribute" }>;

function isComparable(operator: AttributeCheck["operator"], actual: unknown, wanted: unknown): boolean {
  if (operator === "contains") return actual instanceof Set;
  if (operator === "in") return typeof actual === "string";
  return typeof actual === typeof wanted && (typeof actual !== "number" || Number.isFinite(actual));
}

function compare(operator: AttributeCheck["operator"], actual: unknown, wanted: unknown): boolean {
  if (operator === "contains") return actual instanceof Set && actual.has(wanted);
  if (operator === "in") return Array.isArray(wanted) && wanted.includes(actual);
  if (operator === "==") return actual === wanted;
  if (operator === "!=") return actual !== wanted;
  const difference = Number(actual) - Number(wanted);
  if (operator === "<") return difference < 0;
  if (operator === "<=") return difference <= 0;
  return operator === ">" ? difference > 0 : difference >= 0;
}

function has(all: ReadonlyMap<string, ReadonlySet<string>>, name: string, value: string): boolean {
  return all.get(name)?.has(value) ?? false;
}

const blockLists = new Map<string, BlockList>();

/** Whether `range` (an address or CIDR, host bits allowed) holds the address. */
function isInRange({ family, text }: IpAddress, range: string): boolean {
  if (family !== (range.includes(":") ? 6 : 4)) return false;
  let list = blockLists.get(range);
  if (list === undefined) {
    list = new BlockList();
    const [network = "", prefix = family === 4 ? "32" : "128"] = range.split("/");
    list.addSubnet(network, Number(prefix), `ipv${family}`);
    blockLists.set(range, list);
  }
  return list.check(text, `ipv${family}`);
}
