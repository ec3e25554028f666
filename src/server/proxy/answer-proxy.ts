import type { Clock } from "../../clock.ts";
import { type CompiledApplication, denials } from "../../core/compile.ts";
import type { Decision } from "../../core/decision.ts";
import type { Facts } from "../../core/fact.ts";
import type { PolicyDirectory } from "../../core/policy-directory.ts";
import { TokenError } from "../../token/token-error.ts";
import { DeadlineError } from "../deadline.ts";
import type { Answer, AskToken, DecideRequest } from "../decision/decide-request.ts";
import type { KeepDenial } from "../public/denial-shelf.ts";
import { applicationsOf } from "./applications.ts";
import { type AskedRequest, headerOf, type PassGate, type RawRequest } from "./gate.ts";
import type { Identify } from "./identify.ts";
import { urlOf } from "./login-url.ts";
import { isPreflight, PREFLIGHT_BYPASSED } from "./preflight.ts";
import type { Refusal } from "./refusal.ts";
import { createReplies, type ProxyReply, type RenderDenial, subjectOf } from "./reply.ts";
import type { SignPermit } from "./verdicts.ts";

/** A decision about a request from a proxy, as it is logged and counted. */
export interface ProxyRecord {
  readonly id: string;
  readonly application: CompiledApplication;
  readonly decision: Decision;
  readonly revision: string;
  readonly facts: Facts;
  readonly now: number;
  readonly ms: number;
}

export interface AnswerProxyOptions {
  readonly passGate: PassGate;
  readonly policies: () => PolicyDirectory;
  readonly identify: Identify;
  readonly decideRequest: DecideRequest;
  readonly signPermit: SignPermit;
  readonly renderDenial: RenderDenial;
  /** Keeps what the page of a denial will show. */
  readonly keepDenial: KeepDenial;
  readonly permitHeaders: Readonly<Record<string, string>>;
  /** Where a 401 leads; null for nowhere. */
  readonly loginUrl: string | null;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Writes a decision down; it is answered once that is done. */
  readonly onDecision: (record: ProxyRecord) => Promise<void>;
  /** Hears of a request that was denied before an application could decide about it. */
  readonly onRefusal: (refusal: Refusal, id: string) => void;
  /** Hears of what should not happen. */
  readonly onFailure: (error: unknown) => void;
}

/** Answers what one proxy asks. Neither function throws: whatever fails is a denial. */
export interface AnswerProxy {
  answer(raw: RawRequest): Promise<ProxyReply>;
  /** The denial of a request that is not even looked at. */
  refuse(refusal: Refusal): ProxyReply;
}

/** A request with the application that it is for. */
interface Routed {
  readonly id: string;
  readonly startedAt: number;
  readonly asked: AskedRequest;
  readonly application: CompiledApplication;
  readonly revision: string;
}

/** Left of the deadline for the signature. */
const RESERVE_MS = 20;
/** Left of it for the decision, too, where the keys of those who vouch for who asks are late. */
const DECIDING_MS = 50;

const UNROUTED = {
  none: "no_application",
  ambiguous: "ambiguous_target",
  malformed: "malformed_url",
} as const;

export function createAnswerProxy(options: AnswerProxyOptions): AnswerProxy {
  const { passGate, policies, identify, decideRequest, signPermit, clock, deadlineMs } = options;
  const replies = createReplies(options);

  async function answer(raw: RawRequest, id: string): Promise<ProxyReply> {
    const startedAt = performance.now();
    const asked = passGate(raw);
    if (typeof asked === "string") return refuse(asked, id);
    const applications = applicationsOf(policies());
    const { revision, index } = applications;
    const found = index.find(asked.host, asked.target);
    if (found.match !== "found") return refuse(UNROUTED[found.match], id);
    const application = found.value;
    const routed = { id, startedAt, asked, application, revision };
    if (application.application.optionsPreflightBypass && isPreflight(asked)) {
      return permit(routed, null, withoutFacts(PREFLIGHT_BYPASSED));
    }
    const identified = await identify(asked, application, applications, () => leftOf(routed) - DECIDING_MS);
    if ("refused" in identified) {
      return deny(routed, withoutFacts(denials(identified.refused, null).known));
    }
    const leftMs = Math.max(leftOf(routed) - RESERVE_MS, 0);
    const answered = await decideRequest({ application, revision, ...identified, deadlineMs: leftMs });
    return answered.decision.outcome === "permit"
      ? permit(routed, identified.token, answered)
      : deny(routed, answered);
  }

  /** Milliseconds until the answer has to be there. */
  function leftOf({ startedAt }: Routed): number {
    return startedAt + deadlineMs - performance.now();
  }

  async function permit(routed: Routed, token: AskToken | null, answered: Answer): Promise<ProxyReply> {
    const { asked, application, revision } = routed;
    const login = token?.claimsHash ?? "";
    const subject = subjectOf(answered.facts);
    try {
      const signing = { asked, application, revision, login, subject, answer: answered };
      const verdict = await signPermit(signing, () => leftOf(routed));
      await record(routed, answered, answered.decision);
      return replies.permit(routed.id, verdict, answered.facts);
    } catch (error) {
      if (!(error instanceof TokenError || error instanceof DeadlineError)) throw error;
      return deny(routed, { ...answered, decision: denials("signing_failed", null).unknown });
    }
  }

  async function deny(routed: Routed, answered: Answer): Promise<ProxyReply> {
    const { id, asked, application } = routed;
    const kept = options.keepDenial({
      ...answered,
      id,
      application,
      url: urlOf(asked),
      accept: headerOf(asked, "accept"),
      leftMs: leftOf(routed),
    });
    await Promise.all([record(routed, answered, answered.decision), kept]);
    const { decision, facts } = answered;
    return replies.deny({ id, asked, application: application.application, decision, facts });
  }

  function record(routed: Routed, { facts, now }: Answer, decision: Decision): Promise<void> {
    const { id, startedAt, application, revision } = routed;
    return options.onDecision({
      id,
      application,
      decision,
      revision,
      facts,
      now,
      ms: performance.now() - startedAt,
    });
  }

  function withoutFacts(decision: Decision): Answer {
    const endsAt = Number.POSITIVE_INFINITY;
    return { decision, facts: {}, now: clock(), endsAt, sessions: [], likeness: null };
  }

  function refuse(refusal: Refusal, id: string): ProxyReply {
    options.onRefusal(refusal, id);
    return replies.refuse(id, refusal);
  }

  return {
    async answer(raw) {
      const id = crypto.randomUUID();
      try {
        return await answer(raw, id);
      } catch (error) {
        if (!(error instanceof DeadlineError)) options.onFailure(error);
        return refuse("failed", id);
      }
    },
    refuse: (refusal) => refuse(refusal, crypto.randomUUID()),
  };
}
