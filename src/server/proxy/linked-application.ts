import type { CompiledApplication } from "../../core/compile.ts";
import { absent, type Fact, known, unknown } from "../../core/fact.ts";
import type { TokenClaims } from "../../session/access-claims.ts";
import { issueTimeOf, joinAccessToken } from "../../session/join.ts";
import { SESSION_DURATION_MS } from "../../session/session.ts";
import { StoreError } from "../../store/store.ts";
import type { AccessVerifier, VerifiedToken } from "../../token/access-verifier.ts";
import type { ApplicationClaims } from "../../token/claims.ts";
import type { OidcVerifier, VerifiedBearer } from "../../token/oidc-verifier.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import type { ReadToken } from "../decision/read-token.ts";
import type { Applications } from "./applications.ts";
import { bearerOf } from "./bearer.ts";
import type { DecisiveHeaders } from "./decisive-headers.ts";
import { createVerifyOnce, type LeftMs, type VerifyOnceOptions } from "./verified-tokens.ts";

/**
 * The application that a linked-app token was issued for, by id: that of a self-hosted one, or of a SaaS one.
 * What takes longer than `leftMs` is unknown.
 */
export type FindLinkedApplication = (
  headers: DecisiveHeaders,
  applications: Applications,
  leftMs: LeftMs,
) => Promise<Fact<string> | "refused">;

/** Bearer tokens that Access issues for SaaS applications. */
export interface LinkedBearers {
  readonly verifier: OidcVerifier;
  /** Name or id of the application that an issuer issues for. */
  applicationOf(issuer: string): string;
}

export interface LinkedApplicationOptions extends VerifyOnceOptions {
  /** Null where no team is configured. */
  readonly access: {
    readonly verifier: Pick<AccessVerifier, "verifyApplication">;
    readonly team: string;
  } | null;
  /** Null where none is configured. */
  readonly bearers: LinkedBearers | null;
  readonly readToken: ReadToken;
}

type Found = Fact<string> | "refused" | null;

/** Source of what a linked-app token says. */
const LINKED = "linked_app_token";

/**
 * Finds it by `Cf-Access-Token`, or by a bearer token of a SaaS application. An application acts for the person
 * who is logged in to it: their token counts only as long as their login does.
 */
export function createFindLinkedApplication(options: LinkedApplicationOptions): FindLinkedApplication {
  const { access, bearers, readToken, clock } = options;
  const verifyAccess = createVerifyOnce<VerifiedToken<ApplicationClaims>>(options);
  const verifyBearer = createVerifyOnce<VerifiedBearer>(options);

  async function findByAccess(token: string, { byAudience }: Applications, leftMs: LeftMs): Promise<Found> {
    if (access === null) return unknown("unsupported", LINKED);
    const verification = await verifyAccess("", token, leftMs, () =>
      access.verifier.verifyApplication(token, ...byAudience.keys()),
    );
    if (verification.state === "refused") return "refused";
    if (verification.state === "unavailable") return unknown("unreachable", LINKED);
    const { claims } = verification.token;
    const source = byAudience.get([claims.aud].flat()[0] ?? "");
    return source === undefined ? "refused" : factOf(claims, source, leftMs);
  }

  async function findByBearer(
    headers: DecisiveHeaders,
    applications: Applications,
    leftMs: LeftMs,
  ): Promise<Found> {
    const token = bearers === null ? null : bearerOf(headers);
    // That of somebody else is not meant for this.
    if (bearers === null || token === null || !bearers.verifier.concerns(token)) return null;
    const verification = await verifyBearer("", token, leftMs, () => bearers.verifier.verify(token));
    if (verification.state === "refused") return "refused";
    if (verification.state === "unavailable") return unknown("unreachable", LINKED);
    const { issuer, claims } = verification.token;
    const source = applications.findByName(bearers.applicationOf(issuer));
    const { exp, iat, sub, email, device_id } = claims;
    const said: TokenClaims = {
      ...{ exp, iat, sub },
      ...(typeof email === "string" ? { email } : {}),
      ...(typeof device_id === "string" ? { device_id } : {}),
    };
    return source === null ? unknown("missing", LINKED) : factOf(said, source, leftMs);
  }

  async function factOf(
    claims: TokenClaims,
    source: CompiledApplication,
    leftMs: LeftMs,
  ): Promise<Fact<string>> {
    const { id, sessionDurationMs } = source.application;
    const ended = await findEnd(claims, id, leftMs);
    if (ended !== null) return unknown(ended, LINKED);
    const issuedAt = issueTimeOf(claims) ?? 0;
    const lastsMs = sessionDurationMs ?? SESSION_DURATION_MS;
    const expiresAt = Math.min(claims.exp * 1_000, issuedAt + lastsMs);
    return known(id, { source: LINKED, learntAt: Math.min(issuedAt, clock()), expiresAt });
  }

  async function findEnd(claims: TokenClaims, application: string, leftMs: LeftMs) {
    const { sub: subject = "" } = claims;
    if (subject === "") return null;
    const token = { claims, subject, team: access?.team ?? "", application };
    try {
      const { person } = await withDeadline(
        readToken(token, () => []),
        leftMs(),
      );
      const joined = joinAccessToken(token, person, clock());
      return joined.state === "ended" ? joined.why : null;
    } catch (error) {
      if (error instanceof DeadlineError) return "timeout";
      if (!(error instanceof StoreError)) throw error;
      return "store_unavailable";
    }
  }

  return async (headers, applications, leftMs) => {
    const token = headers.get("cf-access-token");
    const [byAccess, byBearer] = await Promise.all([
      token === undefined ? null : findByAccess(token, applications, leftMs),
      findByBearer(headers, applications, leftMs),
    ]);
    if (byAccess === "refused" || byBearer === "refused") return "refused";
    if (byAccess !== null && byBearer !== null) return unknown("disagreement", LINKED);
    const none = { source: LINKED, learntAt: clock(), expiresAt: Number.POSITIVE_INFINITY };
    return byAccess ?? byBearer ?? absent(none);
  };
}
