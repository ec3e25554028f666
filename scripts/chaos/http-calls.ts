import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { systemClock } from "../../src/clock.ts";
import type { RevocationTarget } from "../../src/session/revocation.ts";
import { personNamed, signQuestion } from "../../test/support/played-access.ts";
import { ADMIN_TOKENS } from "../../test/support/test-service.ts";
import type { LoggedIn } from "./people.ts";

const REVOKED = TypeCompiler.Compile(Type.Object({ durable: Type.Boolean() }));
const SIGNED = TypeCompiler.Compile(Type.Object({ token: Type.String() }));
const PAYLOAD = TypeCompiler.Compile(Type.Object({ success: Type.Boolean() }));

/** Posts what Access would for a login or its re-issue. Whether it was let in; throws for what is no answer. */
export async function postEvaluation(url: string, { person, loginAt }: LoggedIn): Promise<boolean> {
  const identity = personNamed(person.name, { iat: loginAt / 1_000 });
  const token = await signQuestion({ at: systemClock(), claims: { identity } });
  const response = await post(`${url}/evaluate/wiki`, { token });
  // Nothing is signed: it was too much at once, or the keys of Access were not there in time.
  if (response.status === 403) return false;
  const answer: unknown = await response.json();
  if (response.status !== 200 || !SIGNED.Check(answer)) {
    throw new Error(`a login was answered with ${response.status}`);
  }
  const payload: unknown = JSON.parse(Buffer.from(answer.token.split(".")[1] ?? "", "base64url").toString());
  if (!PAYLOAD.Check(payload)) throw new Error("a login was answered with something else than an answer");
  return payload.success;
}

/** Ends logins, as an operator does. Whether that is durable; throws where it was not taken. */
export async function postRevocation(url: string, target: RevocationTarget): Promise<boolean> {
  const response = await post(`${url}/v1/sessions/revoke`, target);
  const answer: unknown = await response.json();
  if (response.ok && REVOKED.Check(answer)) return answer.durable;
  throw new Error(`a revocation was answered with ${response.status}`);
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${ADMIN_TOKENS.operator}` },
    body: JSON.stringify(body),
  });
}
