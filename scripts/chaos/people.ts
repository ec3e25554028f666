import { sessionIdOf } from "../../src/session/login.ts";
import { ISSUER } from "../../test/token/access-team.ts";
import { Timeline } from "./timeline.ts";

/** Somebody who works here, and what is true of them. */
export interface Person {
  readonly name: string;
  readonly subject: string;
  readonly email: string;
  readonly device: string;
  /** Whether the policies let them in. */
  readonly listed: Timeline;
  /** Whether their device is as it should be. */
  readonly healthy: Timeline;
}

/** A login, and the token that came of it. */
export interface LoggedIn {
  readonly person: Person;
  /** Whole seconds, in milliseconds since the epoch. */
  readonly loginAt: number;
  /** Whether it still counts. */
  readonly alive: Timeline;
}

export function createPerson(name: string): Person {
  return {
    name,
    subject: `user-${name}`,
    email: `${name}@example.com`,
    device: `laptop-of-${name}`,
    listed: new Timeline(true),
    healthy: new Timeline(true),
  };
}

/** Id of the session that a login made. */
export function sessionOf({ person, loginAt }: LoggedIn): string {
  const { subject, email, device } = person;
  return sessionIdOf({ team: ISSUER, subject, email, idp: "okta", device, loginAt });
}

const SESSION_SECONDS = 86_400;

/** What the token of an application says that Access issues after a login. */
export function claimsOf({ person, loginAt }: LoggedIn) {
  const { subject, email, device } = person;
  const iat = loginAt / 1_000;
  return { iat, exp: iat + SESSION_SECONDS, sub: subject, email, device_id: device };
}
