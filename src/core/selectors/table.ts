import { keyedFact } from "../attribute.ts";
import { current } from "../fact.ts";
import type { Rule, Selector } from "../model.ts";
import { MATCH, NO_MATCH, undecided } from "../verdict.ts";
import * as credential from "./credential.ts";
import { alone, asking, constant, type Facet, type Matcher } from "./matcher.ts";
import { COUNTRY, IP_RANGE, rangeKey } from "./network.ts";
import * as person from "./person.ts";
import type { ProviderFacets } from "./provider-facets.ts";

/** What a selector may look up while it is compiled. Every answer is null for an id that does not exist. */
export interface Scope {
  readonly providers: ProviderFacets;
  /** The matcher of a rule's list, made once for all rules that name it. */
  list(
    rule: RuleOf<"email_list" | "ip_list">,
    facet: Facet,
    keyOf: (value: string) => string | null,
  ): Matcher | null;
  posture(id: string): Matcher | null;
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
    return key === null ? UNSUPPORTED : asking(person.EMAIL, [key]);
  }),
  email_list: atLogin((rule, scope) => scope.list(rule, person.EMAIL, person.emailKey) ?? BROKEN),
  email_domain: atLogin((rule) => asking(person.EMAIL_DOMAIN, [rule.domain])),
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
    return key === null ? UNSUPPORTED : asking(IP_RANGE, [key]);
  }),
  ip_list: watched((rule, scope) => scope.list(rule, IP_RANGE, rangeKey) ?? BROKEN),
  geo: watched((rule) => asking(COUNTRY, [rule.country])),
  everyone: { continuous: false, identity: false, compile: () => EVERYONE },
  common_name: watched((rule) => asking(credential.COMMON_NAME, [rule.commonName])),
  certificate: watched(() => credential.CERTIFICATE),
  service_token: watched((rule, scope) => {
    const clientId = scope.clientId(rule.token);
    return clientId === null ? BROKEN : asking(credential.SERVICE_TOKEN, [clientId]);
  }),
  any_valid_service_token: watched(() => credential.ANY_SERVICE_TOKEN),
  linked_app_token: watched((rule) => asking(credential.LINKED_APP_TOKEN, [rule.application])),
  user_risk_score: {
    continuous: true,
    identity: true,
    compile: ({ levels }) => asking(person.RISK_SCORE, levels),
  },
  login_method: atLogin((rule) => asking(person.LOGIN_METHOD, [rule.idp])),
  auth_method: atLogin((rule) => asking(person.AUTHENTICATION_METHOD, [rule.method])),
  azureAD: atLogin(({ selector, id, idp }, { providers }) =>
    asking(providers.groups(selector, idp).ids, [id]),
  ),
  okta: atLogin(({ selector, name, idp }, { providers }) =>
    asking(providers.groups(selector, idp).names, [name]),
  ),
  gsuite: atLogin(({ selector, email, idp }, { providers }) =>
    asking(providers.groups(selector, idp).emails, [email.toLowerCase()]),
  ),
  "github-organization": atLogin(({ selector, organization, team, idp }, { providers }) =>
    asking(providers.groups(selector, idp).names, [person.githubKey(organization, team)]),
  ),
  saml: atLogin(({ selector, name, value, idp }, { providers }) =>
    asking(providers.claim(selector, name, idp), [value]),
  ),
  oidc: atLogin(({ selector, name, value, idp }, { providers }) =>
    asking(providers.claim(selector, name, idp), [value]),
  ),
  auth_context: atLogin(({ selector, context, idp }, { providers }) =>
    asking(providers.contexts(selector, idp), [context]),
  ),
  cloudflare_account_member: atLogin((rule) => asking(person.ACCOUNT_MEMBER, [rule.account])),
  device_posture: watched((rule, scope) => scope.posture(rule.posture) ?? BROKEN),
  // Its lists take its place, but where it does not exist or holds itself.
  group: { continuous: null, identity: null, compile: () => BROKEN },
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
