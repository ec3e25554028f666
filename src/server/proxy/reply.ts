import type { Decision } from "../../core/decision.ts";
import type { Facts } from "../../core/fact.ts";
import type { Application } from "../../core/model.ts";
import type { AskedRequest } from "./gate.ts";
import { fillLoginUrl, urlOf } from "./login-url.ts";
import { isScripted } from "./preflight.ts";
import type { ProxyReason, Refusal } from "./refusal.ts";

/** What a proxy is told: 200 is a permit and nothing else is. Header names are unique, whatever a server folds. */
export interface ProxyReply {
  readonly status: 200 | 401 | 403;
  readonly id: string;
  readonly reason: ProxyReason | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A denial as it may be shown to a person. */
export interface Denial {
  readonly id: string;
  readonly status: 401 | 403;
  readonly reason: ProxyReason;
  /** Null where there is none, and nothing of the request is known for certain. */
  readonly application: Application | null;
  /** Whether nobody is known to have asked. */
  readonly isAnonymous: boolean;
  /** Where a login leads on, for a browser; null for nowhere. */
  readonly loginUrl: string | null;
}

/** The body of a denial, at most 4 KiB. */
export type RenderDenial = (denial: Denial) => { readonly contentType: string; readonly body: string };

/** A decision against a request to an application. */
export interface DeniedRequest {
  readonly id: string;
  readonly asked: AskedRequest;
  readonly application: Application;
  readonly decision: Decision;
  readonly facts: Facts;
}

export interface Replies {
  permit(id: string, verdict: string, facts: Facts): ProxyReply;
  deny(denied: DeniedRequest): ProxyReply;
  refuse(id: string, refusal: Refusal): ProxyReply;
}

/** Stands where there is nothing: a header that is missing or empty would let the client's own through. */
const NOTHING = "-";
/** Longer ones would not pass the buffers of proxies; they hold as many groups as fit. */
const MAX_GROUPS_CHARS = 3_000;

export function createReplies(options: {
  readonly loginUrl: string | null;
  readonly renderDenial: RenderDenial;
  /** Headers of every permit beside Postern's own. */
  readonly permitHeaders: Readonly<Record<string, string>>;
}): Replies {
  function deny(denial: Denial): ProxyReply {
    const { id, status, reason, loginUrl } = denial;
    const { contentType, body } = options.renderDenial(denial);
    return {
      status,
      id,
      reason,
      headers: {
        "X-Postern-Decision": "deny",
        "X-Postern-Decision-Id": id,
        "X-Postern-Reason": reason,
        "Cache-Control": "no-store",
        "Content-Type": contentType,
        "X-Content-Type-Options": "nosniff",
        ...(status === 401 ? { "WWW-Authenticate": challengeFor(reason) } : {}),
        ...(loginUrl === null ? {} : { Location: loginUrl }),
      },
      body,
    };
  }

  return {
    permit: (id, verdict, facts) => ({
      status: 200,
      id,
      reason: null,
      headers: {
        "X-Postern-Verdict": verdict,
        "X-Postern-User": userOf(facts),
        "X-Postern-Subject": subjectOf(facts),
        "X-Postern-Groups": groupsOf(facts),
        "X-Postern-Decision": "permit",
        "X-Postern-Decision-Id": id,
        "Cache-Control": "no-store",
        ...options.permitHeaders,
      },
      body: "",
    }),
    deny({ id, asked, application, decision: { reason }, facts }) {
      const leads = reason === "login_required" && options.loginUrl !== null && !isScripted(asked);
      const loginUrl = leads ? fillLoginUrl(options.loginUrl, urlOf(asked)) : null;
      const isAnonymous = facts["identity.subject"]?.state !== "known";
      return deny({ id, status: statusOf(reason, application), reason, application, isAnonymous, loginUrl });
    },
    refuse: (id, reason) =>
      deny({ id, status: 403, reason, application: null, isAnonymous: true, loginUrl: null }),
  };
}

/** 401 asks for a login or a better credential. An application may want it where Service Auth has not matched, too. */
function statusOf(reason: ProxyReason, { serviceAuth401Redirect, policies }: Application): 401 | 403 {
  if (reason === "login_required" || reason === "credential_refused") return 401;
  const unmatched = reason === "no_policy_matched" || reason === "undecided";
  const hasServiceAuth = policies.some(({ effect }) => effect === "non_identity");
  return serviceAuth401Redirect && unmatched && hasServiceAuth ? 401 : 403;
}

/** RFC 6750, 3. */
function challengeFor(reason: ProxyReason): string {
  return reason === "credential_refused"
    ? 'Bearer realm="postern", error="invalid_token"'
    : 'Bearer realm="postern"';
}

/** The person, else the client of a service token; `-` for nobody. */
export function subjectOf(facts: Facts): string {
  const subject = facts["identity.subject"];
  if (subject?.state === "known") return toHeaderValue(subject.value);
  const service = facts["credential.service_token"];
  return service?.state === "known" ? toHeaderValue(service.value) : NOTHING;
}

function userOf(facts: Facts): string {
  const email = facts["identity.email"];
  return email?.state === "known" ? toHeaderValue(email.value.address) : NOTHING;
}

const written = new WeakMap<object, string>();

/** All names of the groups as a JSON array in ASCII. */
function groupsOf(facts: Facts): string {
  const groups = facts["identity.groups"];
  if (groups?.state !== "known") return NOTHING;
  const before = written.get(groups.value);
  if (before !== undefined) return before;
  const { ids, names, emails } = groups.value;
  const fitting: string[] = [];
  let length = "[]".length;
  for (const name of [...new Set([...ids, ...names, ...emails])].sort()) {
    const text = toAscii(JSON.stringify(name));
    length += text.length + 1;
    if (length > MAX_GROUPS_CHARS) break;
    fitting.push(text);
  }
  const json = `[${fitting.join()}]`;
  written.set(groups.value, json);
  return json;
}

function toAscii(json: string): string {
  return json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Visible ASCII as it is, anything else percent-encoded; `-` alone means nobody. */
function toHeaderValue(text: string): string {
  if (text === NOTHING) return "%2D";
  return /^[!-$&-~]+$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}
