import type { Config, IssuerConfig, ProxyConfig } from "../config/config.ts";
import { compileIpSet, type IpSet } from "../core/ip-set.ts";
import type { CacheFigures } from "../observe/session-metrics.ts";
import { openDecider } from "../server/decision/open-decider.ts";
import { createTokenReader } from "../server/decision/read-token.ts";
import { type AnswerProxy, createAnswerProxy } from "../server/proxy/answer-proxy.ts";
import { applicationsOf } from "../server/proxy/applications.ts";
import { contractOf } from "../server/proxy/contract.ts";
import { type Bearers, createFindPerson } from "../server/proxy/find-person.ts";
import { createGate } from "../server/proxy/gate.ts";
import { createIdentify } from "../server/proxy/identify.ts";
import { createFindLinkedApplication, type LinkedBearers } from "../server/proxy/linked-application.ts";
import { createSignPermit } from "../server/proxy/verdicts.ts";
import { createDenialNotice } from "../server/public/denial-notice.ts";
import { createDenialShelf } from "../server/public/denial-shelf.ts";
import type { KeysDocument } from "../server/public/keys-route.ts";
import { createServiceTokenCheck } from "../session/credentials/service-tokens.ts";
import type { AccessKeys } from "../token/access-keys.ts";
import { createAccessVerifier } from "../token/access-verifier.ts";
import { createOidcVerifier, type OidcVerifier } from "../token/oidc-verifier.ts";
import { signVerdict } from "../token/verdict-token.ts";
import type { Answering } from "./lasting.ts";

/** A proxy waits so long at most, whatever is down. */
const DEADLINE_MS = 150;
const BEARER_ALGORITHMS = ["RS256", "ES256"] as const;

/** What answers the proxy of one listener. */
export interface ProxyHandler {
  /** Its kind, and its place among those of the same kind: `nginx`, `nginx-2`. */
  readonly name: string;
  readonly answerProxy: AnswerProxy;
  /** Who may ask. */
  readonly peers: IpSet;
}

export interface ComposedProxies {
  readonly handlers: readonly ProxyHandler[];
  /** The keys of the verdicts; null where none are signed. */
  readonly verdictKeys: (() => KeysDocument) | null;
  readonly cacheFigures: (() => CacheFigures) | null;
}

/** Makes what answers the proxies; what it needs besides is left to `opened` to close. Throws what keeps it from that. */
export async function composeProxies(
  config: Config,
  parts: Answering,
  accessKeys: AccessKeys | null,
  opened: AsyncDisposableStack,
): Promise<ComposedProxies> {
  if (config.proxies.length === 0) return { handlers: [], verdictKeys: null, cacheFigures: null };
  const { clock, store, gatherer, policies, onFailure } = parts;
  const ring = await parts.rings.open("verdict");
  const monotonic = () => performance.now();
  const team = config.access?.teamDomain ?? "";
  const decider = await openDecider({ store, gatherer, team, clock, monotonic, onFailure });
  opened.defer(() => decider.close());
  const verifier =
    accessKeys === null
      ? null
      : createAccessVerifier({ keys: accessKeys, issuer: team, evaluationAudiences: null, clock });
  const clocks = { clock, monotonic };
  const shared = {
    policies: () => policies.current(),
    decideRequest: decider.decideRequest,
    findPerson: createFindPerson({
      access: verifier,
      bearers: openBearers(config, parts, opened),
      ...clocks,
    }),
    findLinkedApplication: createFindLinkedApplication({
      access: verifier === null ? null : { verifier, team },
      bearers: openLinkedBearers(config, parts, opened),
      readToken: createTokenReader({ store, clock }),
      ...clocks,
    }),
    checkServiceToken: createServiceTokenCheck(config.serviceTokens),
    signPermit: createSignPermit({
      sign: (claims) => signVerdict(ring, claims),
      keysVersion: () => ring.jwks().etag,
      issuer: config.publicUrl,
      ...config.verdict,
    }),
  };
  const renderDenial = createDenialNotice(config.publicUrl);
  const keepDenial = createDenialShelf({ store, ...config.denial, monotonic });
  applicationsOf(policies.current());
  const handlers = config.proxies.map((proxy): ProxyHandler => {
    const name = nameOf(proxy, config.proxies);
    const contract = contractOf(proxy.kind, proxy.clientCertificates);
    const skipHops = compileIpSet(proxy.skipHops);
    const answerProxy = createAnswerProxy({
      ...shared,
      passGate: createGate(contract),
      identify: createIdentify({ ...shared, contract, skipHops, clock }),
      renderDenial,
      keepDenial,
      permitHeaders: contract.permitHeaders,
      loginUrl: config.loginUrl,
      clock,
      deadlineMs: DEADLINE_MS,
      ...observe(parts, name),
    });
    return { name, answerProxy, peers: compileIpSet(proxy.peers) };
  });
  return { handlers, verdictKeys: () => ring.jwks(), cacheFigures: () => decider.cacheFigures() };
}

function observe({ log, metrics, logDecision, onFailure }: Answering, listener: string) {
  const observed: Pick<Parameters<typeof createAnswerProxy>[0], "onDecision" | "onRefusal" | "onFailure"> = {
    onDecision(record) {
      const { application, requirements } = record.application;
      metrics.recordDecision(application, record.decision, record.ms / 1000);
      metrics.recordFacts(record.facts, requirements, record.now);
      return logDecision({ ...record, application, used: requirements });
    },
    onRefusal(reason, id) {
      log.info("refused", { id, listener, reason });
      metrics.recordRefusal(listener, reason);
    },
    onFailure,
  };
  return observed;
}

/** The issuers whose bearer tokens name people. */
function openBearers(config: Config, parts: Answering, opened: AsyncDisposableStack): Bearers {
  const issuers = config.issuers.filter(({ application }) => application === null);
  const known = new Map<string, IssuerConfig>(issuers.map((issuer) => [issuer.issuer, issuer]));
  return {
    verifier: openVerifier(issuers, parts, opened),
    namesOf: (issuer) => known.get(issuer)?.claims ?? { email: "email", groups: "groups", device: null },
    providerOf(issuer) {
      const id = known.get(issuer)?.identityProvider ?? null;
      if (id === null) return null;
      const { identityProviders } = parts.policies.current().policies.set;
      return { id, type: identityProviders.find((provider) => provider.id === id)?.type ?? "oidc" };
    },
  };
}

/** Those whose tokens are linked-app tokens; null where there are none. */
function openLinkedBearers(
  config: Config,
  parts: Answering,
  opened: AsyncDisposableStack,
): LinkedBearers | null {
  const issuers = config.issuers.filter(({ application }) => application !== null);
  if (issuers.length === 0) return null;
  const applications = new Map(
    issuers.map(({ issuer, application }) => [issuer, application?.reference ?? ""]),
  );
  return {
    verifier: openVerifier(issuers, parts, opened),
    applicationOf: (issuer) => applications.get(issuer) ?? "",
  };
}

function openVerifier(
  issuers: readonly IssuerConfig[],
  { clock, keySources }: Answering,
  opened: AsyncDisposableStack,
): OidcVerifier {
  const opening = issuers.map(({ issuer, jwksUrl, audience }) => {
    const source = { certsUrl: jwksUrl, setting: "issuers.jwks_url", algorithms: BEARER_ALGORITHMS };
    return { issuer, audiences: audience, keys: keySources.open(source, opened) };
  });
  return createOidcVerifier(opening, clock);
}

function nameOf(proxy: ProxyConfig, proxies: readonly ProxyConfig[]): string {
  const index = proxies.filter(({ kind }) => kind === proxy.kind).indexOf(proxy);
  return index === 0 ? proxy.kind : `${proxy.kind}-${index + 1}`;
}
