import { ISSUER, signAccessToken } from "../../../test/token/access-team.ts";
import { claimsOf, type LoggedIn } from "../people.ts";
import { type ApplicationName, AUDIENCES } from "../policies.ts";

const HOSTS: { readonly [A in ApplicationName]: string } = {
  wiki: "wiki.example.com",
  vault: "vault.example.com",
};

/** What nginx says of a request to an application, beside what its client has sent. */
export function headersOfNginx(application: ApplicationName): Readonly<Record<string, string>> {
  return {
    "X-Original-URL": `https://${HOSTS[application]}/`,
    "X-Original-Method": "GET",
    "X-Forwarded-For": "192.0.2.10",
  };
}

const signed = new WeakMap<LoggedIn, Map<ApplicationName, Promise<string>>>();

/** The token of an application that Access issues after a login; always the same one. */
export function tokenFor(login: LoggedIn, application: ApplicationName): Promise<string> {
  const tokens = signed.get(login) ?? new Map<ApplicationName, Promise<string>>();
  signed.set(login, tokens);
  const token = tokens.get(application) ?? signAccessToken(claimsFor(login, application));
  tokens.set(application, token);
  return token;
}

export function claimsFor(login: LoggedIn, application: ApplicationName) {
  return { type: "app", iss: ISSUER, aud: [AUDIENCES[application]], ...claimsOf(login) };
}

/** The headers of an honest request. */
export async function headersFor(login: LoggedIn, application: ApplicationName) {
  return {
    ...headersOfNginx(application),
    "Cf-Access-Jwt-Assertion": await tokenFor(login, application),
  };
}
