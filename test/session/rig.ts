import type { Decision } from "../../src/core/decision.ts";
import type { Facts } from "../../src/core/fact.ts";
import { createPolicyDirectory, type PolicyDirectory } from "../../src/core/policy-directory.ts";
import type { Gatherer } from "../../src/pip/gather.ts";
import { ACCESS_ONLY } from "../../src/server/decision/access-only.ts";
import type { Answer } from "../../src/server/decision/decide-request.ts";
import { type Decider, openDecider } from "../../src/server/decision/open-decider.ts";
import { createLoginJudge, type JudgeLogin } from "../../src/server/public/judge-login.ts";
import type { TokenClaims } from "../../src/session/access-claims.ts";
import { factsOfIdentity } from "../../src/session/access-identity.ts";
import { type BearerClaims, readBearer } from "../../src/session/credentials/bearer-claims.ts";
import type { RevocationTarget } from "../../src/session/revocation.ts";
import { revoke } from "../../src/session/revoke.ts";
import { openGenerations } from "../../src/store/generation.ts";
import { MemoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { Topics } from "../../src/store/topics.ts";
import { policySetOf } from "../policies/support.ts";
import { ISSUER, NOW } from "../token/access-team.ts";

/** An OpenID provider of one's own. */
export const IDP = "https://idp.example.com";

export interface RigOptions {
  readonly store?: Store;
  readonly gatherer?: Gatherer;
  /** When it opens, milliseconds since the epoch; `NOW` unless told. */
  readonly now?: number;
}

/** Logins and requests of one Postern, without the network, on a clock that stands still. */
export class SessionRig {
  now = NOW;
  readonly clock = () => this.now;
  readonly store: Store;
  readonly failures: unknown[] = [];
  #directory: PolicyDirectory;
  readonly #judge: JudgeLogin;
  #decider: Decider | null = null;

  private constructor(policies: string, { store, gatherer = ACCESS_ONLY, now = NOW }: RigOptions) {
    this.now = now;
    this.store = store ?? new MemoryStore(this.clock, new Topics(() => {}));
    this.#directory = createPolicyDirectory(policySetOf(policies));
    this.#judge = createLoginJudge({ store: this.store, gatherer, team: ISSUER, clock: this.clock });
  }

  static async open(policies: string, options: RigOptions = {}): Promise<SessionRig> {
    const rig = new SessionRig(policies, options);
    await openGenerations(rig.store, rig.clock);
    rig.#decider = await openDecider({
      store: rig.store,
      gatherer: options.gatherer ?? ACCESS_ONLY,
      team: ISSUER,
      clock: rig.clock,
      monotonic: rig.clock,
      onFailure: (error) => rig.failures.push(error),
    });
    return rig;
  }

  /** Puts other policies in force. */
  reload(policies: string): void {
    this.#directory = createPolicyDirectory(policySetOf(policies));
  }

  /** A verified call of /evaluate; `askedAt` by Access's clock. */
  async login(identity: object, application = "wiki", askedAt = this.now): Promise<Decision> {
    const facts = factsOfIdentity({ ...identity }, this.now);
    const { decision, remember } = await this.#judge({
      directory: this.#directory,
      application: this.#applicationOf(application),
      identity: { ...identity },
      facts,
      askedAt,
      now: this.now,
      gatherMs: 100,
    });
    await remember();
    return decision;
  }

  /** A request that brings a token with these claims; null for none. */
  ask(claims: Partial<TokenClaims> | null, facts: Facts = {}, application = "wiki"): Promise<Answer> {
    if (this.#decider === null) throw new Error("the rig is not open");
    return this.#decider.decideRequest({
      application: this.#applicationOf(application),
      revision: this.#directory.revision,
      token: claims === null ? null : this.#token(claims),
      facts,
      deadlineMs: 2_000,
    });
  }

  /** What a request comes to that brings an ID token of `IDP` with these claims. */
  async askBearer(claims: Partial<BearerClaims>, facts: Facts = {}): Promise<string> {
    if (this.#decider === null) throw new Error("the rig is not open");
    const iat = Math.floor(this.now / 1_000);
    const whole = { iat, exp: iat + 3_600, sub: "1", email: "ada@example.com", ...claims };
    const names = { email: "email", groups: "groups", device: null };
    const { claims: said, ...bearer } = readBearer(IDP, whole, names, null, this.now);
    const { decision } = await this.#decider.decideRequest({
      application: this.#applicationOf("wiki"),
      revision: this.#directory.revision,
      token: { claims: said, claimsHash: JSON.stringify(whole), bearer: { issuer: IDP, ...bearer } },
      facts,
      deadlineMs: 2_000,
    });
    return decision.outcome === "permit" ? "permit" : decision.reason;
  }

  /** What a request comes to: `permit`, or the reason of its denial. */
  async outcome(
    claims: Partial<TokenClaims> | null,
    facts: Facts = {},
    application = "wiki",
  ): Promise<string> {
    const { decision } = await this.ask(claims, facts, application);
    return decision.outcome === "permit" ? "permit" : decision.reason;
  }

  revoke(kind: RevocationTarget["kind"], id: string) {
    return revoke(this.store, this.clock, { kind, id });
  }

  #token(claims: Partial<TokenClaims>) {
    const { iat = Math.floor(this.now / 1_000) } = claims;
    const whole = { iat, exp: iat + 31 * 86_400, sub: "u-ada", ...claims };
    return { claims: whole, claimsHash: JSON.stringify(whole) };
  }

  #applicationOf(name: string) {
    const application = this.#directory.findByName(name);
    if (application === null) throw new Error(`there is no application ${name}`);
    return application;
  }
}

/** Ada's identity as Access tells it of a login at `NOW`. */
export function identityOfAda(extra: object = {}): object {
  return {
    email: "ada@example.com",
    user_uuid: "u-ada",
    idp: { id: "okta", type: "okta" },
    iat: NOW / 1_000,
    ip: "192.0.2.10",
    geo: { country: "PT" },
    auth_status: "NONE",
    service_token_status: false,
    device_id: "laptop",
    ...extra,
  };
}
