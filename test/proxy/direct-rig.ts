import type { ProxyKind } from "../../src/config/config.ts";
import { compileIpSet } from "../../src/core/ip-set.ts";
import { createPolicyDirectory } from "../../src/core/policy-directory.ts";
import { ACCESS_ONLY } from "../../src/server/decision/access-only.ts";
import { openDecider } from "../../src/server/decision/open-decider.ts";
import { createTokenReader } from "../../src/server/decision/read-token.ts";
import { type AnswerProxy, createAnswerProxy } from "../../src/server/proxy/answer-proxy.ts";
import { type Contract, contractOf } from "../../src/server/proxy/contract.ts";
import { createFindPerson } from "../../src/server/proxy/find-person.ts";
import { createGate, type PassGate } from "../../src/server/proxy/gate.ts";
import { createIdentify } from "../../src/server/proxy/identify.ts";
import { createFindLinkedApplication } from "../../src/server/proxy/linked-application.ts";
import { createSignPermit } from "../../src/server/proxy/verdicts.ts";
import { createServiceTokenCheck } from "../../src/session/credentials/service-tokens.ts";
import { openGenerations } from "../../src/store/generation.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import { Topics } from "../../src/store/topics.ts";
import { createOidcVerifier } from "../../src/token/oidc-verifier.ts";
import { policySetOf } from "../policies/support.ts";
import { sha256 } from "../support/test-service.ts";
import { createTestVerifier, ISSUER, NOW } from "../token/access-team.ts";

const clock = () => NOW;

export type MakeGate = (contract: Contract) => PassGate;

/** What is not as usual: a gate, a signer, a log, a deadline, somebody who hears of failures. */
export interface DirectOptions {
  readonly makeGate?: MakeGate;
  readonly sign?: () => Promise<string>;
  readonly onDecision?: () => Promise<void>;
  readonly deadlineMs?: number;
  readonly onFailure?: (error: unknown) => void;
}

/** All that answers one kind of proxy, without the network, the log and the signatures. */
export async function openDirectly(
  kind: ProxyKind,
  policies: string,
  {
    makeGate = createGate,
    sign = async () => "signed",
    onDecision = async () => {},
    deadlineMs = 10_000,
    onFailure = raise,
  }: DirectOptions = {},
): Promise<AnswerProxy> {
  const directory = createPolicyDirectory(policySetOf(policies));
  const store = new MemoryStore(clock, new Topics(() => {}));
  await openGenerations(store, clock);
  const verifier = createTestVerifier();
  await verifier.keys.refresh();
  const options = { store, clock, team: ISSUER, gatherer: ACCESS_ONLY, monotonic: clock, onFailure };
  const { decideRequest } = await openDecider(options);
  const bearers = {
    verifier: createOidcVerifier([], clock),
    namesOf: () => ({ email: "email", groups: "groups", device: null }),
    providerOf: () => null,
  };
  const clocks = { clock, monotonic: clock };
  const contract = contractOf(kind, false);
  return createAnswerProxy({
    passGate: makeGate(contract),
    policies: () => directory,
    identify: createIdentify({
      contract,
      skipHops: compileIpSet([]),
      findPerson: createFindPerson({ access: verifier, bearers, ...clocks }),
      findLinkedApplication: createFindLinkedApplication({
        access: { verifier, team: ISSUER },
        bearers: null,
        readToken: createTokenReader({ store, clock }),
        ...clocks,
      }),
      checkServiceToken: createServiceTokenCheck([
        { clientId: "robot.access", sha256: sha256("a-secret"), previous: null },
      ]),
      clock,
    }),
    decideRequest,
    signPermit: createSignPermit({
      sign,
      keysVersion: () => "",
      issuer: "https://postern.example.com",
      ttlMs: 60_000,
      bind: "application",
    }),
    renderDenial: () => ({ contentType: "text/plain", body: "" }),
    keepDenial: async () => {},
    permitHeaders: {},
    loginUrl: null,
    clock,
    deadlineMs,
    onDecision,
    onRefusal: () => {},
    onFailure,
  });
}

function raise(error: unknown): never {
  throw error;
}
