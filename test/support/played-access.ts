import {
  accessHeader,
  certsResponse,
  type EdgeKey,
  edgeKey,
  evaluationClaims,
  NOW,
  signTexts,
} from "../token/access-team.ts";

/** Access, played on this machine: publishes its keys on loopback and signs what it is told to. */
export interface PlayedAccess {
  readonly certsUrl: string;
  /** How often its keys have been asked for. */
  fetches: number;
  /** How its keys are answered from now on. */
  respond: () => Response | Promise<Response>;
  stop(): Promise<void>;
}

export const CERTS_AS_USUAL = () => certsResponse(edgeKey.jwk);
export const CERTS_DOWN = () => new Response("bad gateway", { status: 502 });

export function playAccess(): PlayedAccess {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch() {
      played.fetches++;
      return played.respond();
    },
  });
  const played: PlayedAccess = {
    certsUrl: `http://127.0.0.1:${server.port}/cdn-cgi/access/certs`,
    fetches: 0,
    respond: CERTS_AS_USUAL,
    stop: () => server.stop(true),
  };
  return played;
}

/** Claims that differ from `evaluationClaims`, and header members that differ from Access's; undefined takes one away. */
export interface Question {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** When Access asks, milliseconds since the epoch. */
  readonly at?: number;
  /** What Access signs with. */
  readonly key?: EdgeKey;
}

/** A token as Access posts it. Every call is another one: its nonce is new unless the claims hold one. */
export function signQuestion(question: Question = {}): Promise<string> {
  const { claims, header, at = NOW, key = edgeKey } = question;
  const iat = Math.floor(at / 1_000);
  const times = { iat, exp: iat + 60, nonce: crypto.randomUUID() };
  return signTexts(
    JSON.stringify(accessHeader({ kid: key.kid, ...header })),
    JSON.stringify(evaluationClaims({ ...times, ...claims })),
    key,
  );
}

/** The identity of a person who logged in at `NOW`, as Access tells it. */
export function personNamed(name: string, extra: object = {}): object {
  return {
    email: `${name}@example.com`,
    user_uuid: `user-${name}`,
    idp: { id: "okta", type: "okta" },
    geo: { country: "PT" },
    ip: "192.0.2.10",
    iat: NOW / 1_000,
    auth_status: "NONE",
    service_token_status: false,
    device_id: `laptop-of-${name}`,
    ...extra,
  };
}
