import { type Fact, known, unknown } from "../../core/fact.ts";
import { issueTimeOf, joinAccessToken, type TokenOf } from "../../session/join.ts";
import { StoreError } from "../../store/store.ts";
import type { AccessVerifier, VerifiedToken } from "../../token/access-verifier.ts";
import type { ApplicationClaims } from "../../token/claims.ts";
import { DeadlineError, withDeadline } from "../deadline.ts";
import type { ReadToken } from "../decision/read-token.ts";
import type { Applications } from "./applications.ts";
import { createVerifyOnce, type VerifyOnceOptions } from "./verified-tokens.ts";

/** The application that a linked-app token (`Cf-Access-Token`) was issued for, by id. */
export type FindLinkedApplication = (
  token: string,
  applications: Applications,
) => Promise<Fact<string> | "refused">;

export interface LinkedApplicationOptions extends VerifyOnceOptions {
  /** Null where no team is configured. */
  readonly access: {
    readonly verifier: Pick<AccessVerifier, "verifyApplication">;
    readonly team: string;
  } | null;
  readonly readToken: ReadToken;
}

/** Source of what a linked-app token says. */
const LINKED = "linked_app_token";

/** An application acts for the person who is logged in to it: their token counts only as long as their login does. */
export function createFindLinkedApplication(options: LinkedApplicationOptions): FindLinkedApplication {
  const { access, readToken, clock, deadlineMs } = options;
  const verifyOnce = createVerifyOnce<VerifiedToken<ApplicationClaims>>(options);

  return async (token, { byAudience }) => {
    if (access === null) return unknown("unsupported", LINKED);
    const verification = await verifyOnce("", token, () =>
      access.verifier.verifyApplication(token, ...byAudience.keys()),
    );
    if (verification.state === "refused") return "refused";
    if (verification.state === "unavailable") return unknown("unreachable", LINKED);
    const { claims } = verification.token;
    const source = byAudience.get([claims.aud].flat()[0] ?? "");
    if (source === undefined) return "refused";
    const { id, sessionDurationMs } = source.application;
    const ended = await findEnd({ claims, subject: claims.sub ?? "", team: access.team, application: id });
    if (ended !== null) return unknown(ended, LINKED);
    const issuedAt = issueTimeOf(claims) ?? 0;
    const lastsMs = sessionDurationMs ?? Number.POSITIVE_INFINITY;
    const expiresAt = Math.min(claims.exp * 1_000, issuedAt + lastsMs);
    return known(id, { source: LINKED, learntAt: Math.min(issuedAt, clock()), expiresAt });
  };

  async function findEnd(token: TokenOf) {
    if (token.subject === "") return null;
    try {
      const { person } = await withDeadline(
        readToken(token, () => []),
        deadlineMs,
      );
      const joined = joinAccessToken(token, person, clock());
      return joined.state === "ended" ? joined.why : null;
    } catch (error) {
      if (error instanceof DeadlineError) return "timeout";
      if (!(error instanceof StoreError)) throw error;
      return "store_unavailable";
    }
  }
}
