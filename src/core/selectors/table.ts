import { keyedFact } from "../attribute.ts";
import { current } from "../fact.ts";
import type { Rule, Selector } from "../model.ts";
import { MATCH, NO_MATCH, undecided } from "../verdict.ts";
import { ANY_SERVICE_TOKEN, CERTIFICATE, commonName, LINKED_APP_TOKEN, SERVICE_TOKEN } from "./credential.ts";
import { alone, constant, type Family, type Matcher, member } from "./matcher.ts";
import { COUNTRY, IP_RANGE, rangeKey } from "./network.ts";
import * as person from "./person.ts";

/** What a selector may look up while it is compiled. Every answer is null for an id that does not exist. */
export interface Scope {
  /** The family of a selector's rules for one identity provider (null for any of its kind), made once. */
  family(selector: Selector, idp: string | null, make: (idp: string | null) => Family): Family;
  /** The matcher of a rule's list under `family`, made once for all rules that name it. */
  list(
    rule: RuleOf<"email_list" | "ip_list">,
    family: Family,
    keyOf: (value: string) => string | null,
  ): Matcher | null;
  posture(id: string): Matcher | null;
  group(id: string): Matcher | null;
  /** The client id of the service token `id`. */
  clientId(id: string): string | null;
}

export type RuleOf<S extends Selector> = Extract<Rule, { selector: S }>;

/** One selector: when it is checked, whether it asks for the person, and what it asks. */
interface SelectorEntry<S extends Selector> {
  /** Checked again while the session lives, beside at login; null where its contents decide. */
  readonly continuous: boolean | null;
  /** Whether it can be judged only of a person: never in Bypass and Service Auth. Null as above. */
  readonly identity: boolean | null;
  compile(rule: RuleOf<S>, scope: Scope): Matcher;
}

const BROKEN = constant(undecided("broken_reference"));
const EVERYONE = constant(MATCH);
const NOT_CONSULTED = constant(undecided("not_consulted"));
/** For a value that no configuration should have let through. */
export const UNSUPPORTED = constant(undecided("unsupported"));

/** Every selector of Access, by the name its JSON has. */
export const SELECTORS: { readonly [S in Selector]: SelectorEntry<S> } = {
  email: atLogin((rule) => {
    const key = person.emailKey(rule.email);
    return key === null ? UNSUPPORTED : member(person.EMAIL, key);
  }),
  email_list: atLogin((rule, scope) => scope.list(rule, person.EMAIL, person.emailKey) ?? BROKEN),
  email_domain: atLogin((rule) => member(person.EMAIL_DOMAIN, rule.domain)),
  external_evaluation: atLogin(({ evaluateUrl }) => {
    const name = keyedFact("identity.external_evaluation", evaluateUrl);
    return alone([name], (facts, now) => {
      const fact = current(facts[name], now);
      if (fact.state === "known") return fact.value ? MATCH : NO_MATCH;
      return undecided(fact.state === "unknown" ? fact.why : "missing");
    });
  }),
  ip: watched((rule) => {
    const key = rangeKey(rule.range);
    return key === null ? UNSUPPORTED : member(IP_RANGE, key);
  }),
  ip_list: watched((rule, scope) => scope.list(rule, IP_RANGE, rangeKey) ?? BROKEN),
  geo: watched((rule) => member(COUNTRY, rule.country)),
  everyone: { continuous: false, identity: false, compile: () => EVERYONE },
  common_name: watched((rule) => commonName(rule.commonName)),
  certificate: watched(() => CERTIFICATE),
  service_token: watched((rule, scope) => {
    const clientId = scope.clientId(rule.token);
    return clientId === null ? BROKEN : member(SERVICE_TOKEN, clientId);
  }),
  any_valid_service_token: watched(() => ANY_SERVICE_TOKEN),
  linked_app_token: watched((rule) => member(LINKED_APP_TOKEN, rule.application)),
  user_risk_score: {
    continuous: true,
    identity: true,
    compile: ({ levels }) => alone(person.RISK_SCORE.facts, person.RISK_SCORE.compile(levels)),
  },
  login_method: atLogin((rule) => member(person.LOGIN_METHOD, rule.idp)),
  auth_method: atLogin((rule) => member(person.AUTHENTICATION_METHOD, rule.method)),
  azureAD: atLogin(({ id, idp }, scope) => member(scope.family("azureAD", idp, person.groupIds), id)),
  okta: atLogin(({ name, idp }, scope) => member(scope.family("okta", idp, person.groupNames), name)),
  gsuite: atLogin(({ email, idp }, scope) =>
    member(scope.family("gsuite", idp, person.groupEmails), email.toLowerCase()),
  ),
  "github-organization": atLogin(({ organization, team, idp }, scope) =>
    member(scope.family("github-organization", idp, person.groupNames), person.githubKey(organization, team)),
  ),
  saml: atLogin(({ name, value, idp }) => {
    const family = person.claimValues("identity.saml_attributes", name, idp);
    return alone(family.facts, family.compile([value]));
  }),
  oidc: atLogin(({ name, value, idp }) => {
    const family = person.claimValues("identity.oidc_claims", name, idp);
    return alone(family.facts, family.compile([value]));
  }),
  auth_context: atLogin(({ context, idp }, scope) =>
    member(scope.family("auth_context", idp, person.authenticationContexts), context),
  ),
  cloudflare_account_member: atLogin((rule) => member(person.ACCOUNT_MEMBER, rule.account)),
  device_posture: watched((rule, scope) => scope.posture(rule.posture) ?? BROKEN),
  group: {
    continuous: null,
    identity: null,
    compile: (rule, scope) => scope.group(rule.group) ?? BROKEN,
  },
};

/** A selector of a person's attribute, checked once, at login. */
function atLogin<S extends Selector>(compile: SelectorEntry<S>["compile"]): SelectorEntry<S> {
  return { continuous: false, identity: true, compile };
}

/** A selector of something other than the person, checked at login and ever after. */
function watched<S extends Selector>(compile: SelectorEntry<S>["compile"]): SelectorEntry<S> {
  return { continuous: true, identity: false, compile };
}

/** Compiles one rule. Where the person does not count, rules that ask for one are undecided. */
export function compileRule(rule: Rule, scope: Scope, personCounts: boolean): Matcher {
  if (SELECTORS[rule.selector].identity === true && !personCounts) return NOT_CONSULTED;
  return compileWith(rule.selector, rule, scope);
}

function compileWith<S extends Selector>(selector: S, rule: Rule, scope: Scope): Matcher {
  const entry: SelectorEntry<S> = SELECTORS[selector];
  return isOf(selector, rule) ? entry.compile(rule, scope) : UNSUPPORTED;
}

function isOf<S extends Selector>(selector: S, rule: Rule): rule is RuleOf<S> {
  return rule.selector === selector;
}
