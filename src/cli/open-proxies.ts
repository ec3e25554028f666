import type { Clock } from "../clock.ts";
import type { Config, IssuerConfig, ProxyConfig } from "../config/config.ts";
import { compileIpSet } from "../core/ip-set.ts";
import type { LogDecision } from "../observe/decision-log.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import type { Gatherer } from "../pip/gather.ts";
import { openDecider } from "../server/decision/open-decider.ts";
import { createTokenReader } from "../server/decision/read-token.ts";
import type { Listener } from "../server/listen.ts";
import { type AnswerProxy, createAnswerProxy } from "../server/proxy/answer-proxy.ts";
import { applicationsOf } from "../server/proxy/applications.ts";
import { contractOf } from "../server/proxy/contract.ts";
import { type Bearers, createFindPerson } from "../server/proxy/find-person.ts";
import { createGate } from "../server/proxy/gate.ts";
import { listenGrpc } from "../server/proxy/grpc/listen-grpc.ts";
import { createIdentify } from "../server/proxy/identify.ts";
import { createFindLinkedApplication } from "../server/proxy/linked-application.ts";
import { listenHttp } from "../server/proxy/listen-http.ts";
import { createSignPermit } from "../server/proxy/verdicts.ts";
import { createDenialNotice } from "../server/public/denial-notice.ts";
import { createDenialShelf } from "../server/public/denial-shelf.ts";
import { createServiceTokenCheck } from "../session/credentials/service-tokens.ts";
import type { Store } from "../store/store.ts";
import { type AccessKeys, createAccessKeys } from "../token/access-keys.ts";
import { createAccessVerifier } from "../token/access-verifier.ts";
import type { KeyRing } from "../token/key-ring.ts";
import { createOidcVerifier } from "../token/oidc-verifier.ts";
import { signVerdict } from "../token/verdict-token.ts";
import type { LivePolicies } from "./live-policies.ts";

/** A proxy waits so long at most, whatever is down. */
const DEADLINE_MS = 150;
/** Of that, what the keys of an issuer may take. */
const KEYS_DEADLINE_MS = 100;

export interface ProxiesOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly logDecision: LogDecision;
  readonly policies: LivePolicies;
  readonly store: Store;
  readonly gatherer: Gatherer;
  /** Null where no team is configured. */
  readonly accessKeys: AccessKeys | null;
  /** Signs the verdicts. */
  readonly ring: KeyRing;
  readonly onFailure: (error: unknown) => void;
}

export interface OpenedProxy {
  /** Its kind, and its place among those of the same kind: `nginx`, `nginx-2`. */
  readonly name: string;
  readonly listener: Listener;
}

/**
 * Opens the listeners of the proxies; what they need besides is left to `opened` to close. Throws what keeps
 * one from opening.
 */
export async function openProxies(
  options: ProxiesOptions,
  opened: AsyncDisposableStack,
): Promise<readonly OpenedProxy[]> {
  const { config, clock, store, gatherer, accessKeys, policies, onFailure } = options;
  if (config.proxies.length === 0) return [];
  const monotonic = () => performance.now();
  const team = config.access?.teamDomain ?? "";
  const decider = await openDecider({ store, gatherer, team, clock, monotonic, onFailure });
  opened.defer(() => decider.close());
  options.metrics.watchCache(() => decider.cacheFigures());
  const verifier =
    accessKeys === null
      ? null
      : createAccessVerifier({ keys: accessKeys, issuer: team, evaluationAudiences: null, clock });
  const patience = { clock, monotonic, deadlineMs: KEYS_DEADLINE_MS };
  const shared = {
    policies: () => policies.current(),
    decideRequest: decider.decideRequest,
    findPerson: createFindPerson({ access: verifier, bearers: openBearers(options, opened), ...patience }),
    findLinkedApplication: createFindLinkedApplication({
      access: verifier === null ? null : { verifier, team },
      readToken: createTokenReader({ store, clock }),
      ...patience,
    }),
    checkServiceToken: createServiceTokenCheck(config.serviceTokens),
    signPermit: createSignPermit({
      sign: (claims) => signVerdict(options.ring, claims),
      keysVersion: () => options.ring.jwks().etag,
      issuer: config.publicUrl,
      ...config.verdict,
    }),
  };
  const renderDenial = createDenialNotice(config.publicUrl);
  const keepDenial = createDenialShelf({ store, ...config.denial, monotonic });
  applicationsOf(policies.current());
  const proxies: OpenedProxy[] = [];
  for (const proxy of config.proxies) {
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
      ...observe(options, name),
    });
    proxies.push({ name, listener: await openListener(proxy, answerProxy, config.workers > 1, opened) });
  }
  return proxies;
}

async function openListener(
  { kind, listen, peers }: ProxyConfig,
  answerProxy: AnswerProxy,
  shared: boolean,
  opened: AsyncDisposableStack,
): Promise<Listener> {
  const allowed = listen.kind === "unix" ? null : compileIpSet(peers);
  const openContract = kind === "envoy-grpc" ? listenGrpc : listenHttp;
  const listener = await openContract(answerProxy, listen, allowed, shared);
  opened.defer(() => listener.stop(0));
  return listener;
}

function observe({ log, metrics, logDecision, onFailure }: ProxiesOptions, listener: string) {
  const observed: Pick<Parameters<typeof createAnswerProxy>[0], "onDecision" | "onRefusal" | "onFailure"> = {
    onDecision(record) {
      const { application, requirements } = record.application;
      logDecision({ ...record, application, used: requirements });
      metrics.recordDecision(application, record.decision, record.ms / 1000);
      metrics.recordFacts(record.facts, requirements, record.now);
    },
    onRefusal(reason, id) {
      log.info("refused", { id, listener, reason });
      metrics.recordRefusal(listener, reason);
    },
    onFailure,
  };
  return observed;
}

function openBearers({ config, clock, policies }: ProxiesOptions, opened: AsyncDisposableStack): Bearers {
  const known = new Map<string, IssuerConfig>(config.issuers.map((issuer) => [issuer.issuer, issuer]));
  const issuers = config.issuers.map(({ issuer, jwksUrl, audience }) => {
    const setting = "issuers.jwks_url";
    const keys = createAccessKeys({ certsUrl: jwksUrl, setting, algorithms: ["RS256", "ES256"], clock });
    opened.defer(() => keys.close());
    return { issuer, audiences: audience, keys };
  });
  return {
    verifier: createOidcVerifier(issuers, clock),
    namesOf: (issuer) => known.get(issuer)?.claims ?? { email: "email", groups: "groups", device: null },
    providerOf(issuer) {
      const id = known.get(issuer)?.identityProvider ?? null;
      if (id === null) return null;
      const { identityProviders } = policies.current().policies.set;
      return { id, type: identityProviders.find((provider) => provider.id === id)?.type ?? "oidc" };
    },
  };
}

function nameOf(proxy: ProxyConfig, proxies: readonly ProxyConfig[]): string {
  const index = proxies.filter(({ kind }) => kind === proxy.kind).indexOf(proxy);
  return index === 0 ? proxy.kind : `${proxy.kind}-${index + 1}`;
}
