import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { decodeJwt } from "jose";
import { systemClock } from "../../src/clock.ts";
import { createPeople, type Person } from "../bench/person.ts";
import type { SoakEdge } from "./edge.ts";
import { AUDIENCE, HOST, type SoakedService } from "./service.ts";

/** How often each thing is done, whether or not the last one was answered. */
const PER_SECOND = { logins: 10, decisions: 100, revocations: 0.5, reloads: 0.1 };
/** Started at once at most; what would be more is counted as left out. */
const UNDER_WAY_AT_MOST = 200;
const PEOPLE = createPeople(500).filter(({ email }) => email.endsWith("@example.com"));
/** Only they are revoked, again and again: all else goes on, while every cache is emptied. */
const GONE = 50;

type Work = keyof typeof PER_SECOND;

/** What was done so far. */
export interface Tally {
  readonly done: Record<Work, number>;
  /** Of logins and of decisions. */
  permits: number;
  /** Answers that were none: an error, or a status that does not belong there. */
  failures: number;
  leftOut: number;
}

export interface Load {
  readonly tally: Tally;
  /** Resolves once all that was asked has been answered. */
  stop(): Promise<void>;
}

/** Starts an open loop of everything that a service is asked for. */
export async function startLoad(edge: SoakEdge, service: SoakedService): Promise<Load> {
  const { urls, operatorHeaders } = service;
  // Everybody logs in once: what follows are re-issues, or there would be more sessions all the time.
  const loginAt = systemClock();
  const done = { logins: 0, decisions: 0, revocations: 0, reloads: 0 };
  const tally: Tally = { done, permits: 0, failures: 0, leftOut: 0 };
  const members = await Promise.all(
    PEOPLE.map(async (person) => ({ person, session: await edge.signSession(person, AUDIENCE) })),
  );
  const underWay = new Set<Promise<unknown>>();

  const work: { readonly [W in Work]: (turn: number) => Promise<boolean> } = {
    async logins(turn) {
      const token = await edge.signQuestion(at(PEOPLE, turn), loginAt);
      const { ok, text } = await ask(`${urls.public}/evaluate/wiki`, postOf({ token }, {}));
      if (ok && isSuccess(text)) tally.permits++;
      return ok;
    },
    async decisions(turn) {
      const { person, session } = at(members, turn);
      const { status } = await ask(urls.nginx, { headers: headersOf(person, session) });
      if (status === 200) tally.permits++;
      return [200, 401, 403].includes(status);
    },
    revocations: async (turn) =>
      (await ask(`${urls.admin}/v1/sessions/revoke`, postOf(goneNumber(turn), operatorHeaders))).ok,
    async reloads() {
      await service.changePolicies();
      return true;
    },
  };

  const timers = WORKS.map((kind) =>
    setInterval(() => {
      if (underWay.size >= UNDER_WAY_AT_MOST) {
        tally.leftOut++;
        return;
      }
      const task = work[kind](done[kind]++)
        .catch(() => false)
        .then((ok) => {
          if (!ok) tally.failures++;
          underWay.delete(task);
        });
      underWay.add(task);
    }, 1_000 / PER_SECOND[kind]),
  );
  return {
    tally,
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

const WORKS = ["logins", "decisions", "revocations", "reloads"] as const;

function headersOf({ ip }: Person, session: string): Record<string, string> {
  return {
    "X-Original-URL": `https://${HOST}/start`,
    "X-Original-Method": "GET",
    "X-Forwarded-For": ip,
    "Cf-Access-Jwt-Assertion": session,
  };
}

function goneNumber(turn: number): object {
  return { kind: "user", id: `gone-${turn % GONE}` };
}

function postOf(body: object, headers: Readonly<Record<string, string>>): RequestInit {
  const json = { "Content-Type": "application/json", ...headers };
  return { method: "POST", headers: json, body: JSON.stringify(body) };
}

/** The answer, read to its end: the connection is used again. */
async function ask(url: string, request: RequestInit) {
  const response = await fetch(url, request);
  return { status: response.status, ok: response.ok, text: await response.text() };
}

const Answer = Type.Object({ token: Type.String() });

/** Whether a signed answer of `/evaluate` is a permit. */
function isSuccess(text: string): boolean {
  return decodeJwt(Value.Parse(Answer, JSON.parse(text)).token).success === true;
}

function at<T>(all: readonly T[], turn: number): T {
  const one = all[turn % all.length];
  if (one === undefined) throw new Error("there is nobody");
  return one;
}
