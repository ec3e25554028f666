import { current } from "../fact.ts";
import type { IdentityProvider, Selector } from "../model.ts";
import { remember } from "../remember.ts";
import { MATCH, NO_MATCH } from "../verdict.ts";
import type { Gate } from "./family.ts";
import type { Facet } from "./matcher.ts";
import { authenticationContexts, claims, groups, LOGIN_METHOD, LOGIN_METHOD_TYPE } from "./person.ts";
import { hold } from "./way.ts";

/** What a person has at one identity provider, or (`idp` null) at any that the selector is about. */
export interface ProviderFacets {
  groups(selector: Selector, idp: string | null): ReturnType<typeof groups>;
  contexts(selector: Selector, idp: string | null): Facet;
  claim(selector: "saml" | "oidc", name: string, idp: string | null): Facet;
}

/** The types of identity providers that a selector is about, whichever of them its rule names. */
const PROVIDER_TYPES: { readonly [S in Selector]?: readonly string[] } = {
  azureAD: ["azureAD"],
  auth_context: ["azureAD"],
  okta: ["okta"],
  gsuite: ["google-apps", "google"],
  "github-organization": ["github"],
};

const CLAIMS = { saml: "identity.saml_attributes", oidc: "identity.oidc_claims" } as const;

/** Makes each facet once. */
export function createProviderFacets(idps: readonly IdentityProvider[]): ProviderFacets {
  const declaredTypes = new Map(idps.map(({ id, type }) => [id, type]));
  const gates = new Map<string, Gate>();
  const groupFacets = new Map<Gate | null, ReturnType<typeof groups>>();
  const contextFacets = new Map<Gate | null, Facet>();
  const claimFamilies = new Map<string, ReturnType<typeof claims>>();
  const claimFacets = new Map<string, Facet>();

  function gateOf(selector: Selector, idp: string | null): Gate | null {
    if (idp !== null) return remember(gates, `id ${idp}`, () => usedOneOf([idp]));
    const types = PROVIDER_TYPES[selector];
    return types === undefined
      ? null
      : remember(gates, `type ${types}`, () => isOfType(types, declaredTypes));
  }

  return {
    groups(selector, idp) {
      const gate = gateOf(selector, idp);
      return remember(groupFacets, gate, () => groups(gate));
    },
    contexts(selector, idp) {
      const gate = gateOf(selector, idp);
      return remember(contextFacets, gate, () => authenticationContexts(gate));
    },
    claim: (selector, name, idp) =>
      remember(claimFacets, JSON.stringify([selector, name, idp]), () => {
        const facet = remember(claimFamilies, JSON.stringify([selector, idp]), () =>
          claims(CLAIMS[selector], gateOf(selector, idp)),
        );
        return facet(hold((all) => all.get(name)));
      }),
  };
}

function usedOneOf(idps: readonly string[]): Gate {
  return { facts: LOGIN_METHOD.family.facts, judge: LOGIN_METHOD.judge(idps) };
}

/**
 * The login used an identity provider of these types, by what the policy files declare of it, else by what the
 * login itself says. Who may name a group of theirs (anybody may found an organization at GitHub) must not
 * pass for a member of another's.
 */
function isOfType(types: readonly string[], declaredTypes: ReadonlyMap<string, string>): Gate {
  const judgeUsed = LOGIN_METHOD.judge([...declaredTypes.keys()]);
  const judgeAsserted = LOGIN_METHOD_TYPE.judge(types);
  return {
    facts: [...LOGIN_METHOD.family.facts, ...LOGIN_METHOD_TYPE.family.facts],
    judge(facts, now) {
      const login = current(facts["identity.login_method"], now);
      // One that is not known may yet turn out to be declared.
      if (login.state !== "known" && declaredTypes.size > 0) return judgeUsed(facts, now);
      const declared = login.state === "known" ? declaredTypes.get(login.value) : undefined;
      if (declared === undefined) return judgeAsserted(facts, now);
      return types.includes(declared) ? MATCH : NO_MATCH;
    },
  };
}
