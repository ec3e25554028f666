import {
  accessHeader,
  createEdgeKey,
  edgeKey,
  encode,
  evaluationClaims,
  signAccessToken,
  signTexts,
} from "../../../test/token/access-team.ts";
import type { LoggedIn } from "../people.ts";
import { type Headers, renderGet } from "./render-get.ts";
import { claimsFor, headersOfNginx, tokenFor } from "./tokens.ts";

/** A request that nobody may ever be let in by, whatever happens. */
export interface Forgery {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const ASSERTION = "Cf-Access-Jwt-Assertion";
const foreignKey = await createEdgeKey(edgeKey.kid);

/** What somebody might try who has seen the token of `login`, and that of `other`, who is somebody else. */
export async function forge(login: LoggedIn, other: LoggedIn): Promise<readonly Forgery[]> {
  const token = await tokenFor(login, "wiki");
  const [header = "", payload = "", signature = ""] = token.split(".");
  const [, otherPayload = ""] = (await tokenFor(other, "wiki")).split(".");
  const claims = claimsFor(login, "wiki");
  const [headerText, claimsText] = [JSON.stringify(accessHeader()), JSON.stringify(claims)];
  const { subject, email } = login.person;
  const tokens: Readonly<Record<string, string>> = {
    "a signature that is not": `${header}.${payload}.${flip(signature)}`,
    "the claims of another": `${header}.${otherPayload}.${signature}`,
    "another key of the same name": await signTexts(headerText, claimsText, foreignKey),
    "no algorithm": `${encode(JSON.stringify(accessHeader({ alg: "none" })))}.${payload}.`,
    "a public key as a secret": signWithSecret(claimsText),
    "a token of another application": await tokenFor(login, "vault"),
    "a token of the past": await signAccessToken({ ...claims, exp: claims.iat - 60 }),
    "another team": await signAccessToken({ ...claims, iss: "https://evil.cloudflareaccess.com" }),
    "no audience": await signAccessToken({ ...claims, aud: undefined }),
    "a question of Access": await signAccessToken({
      ...evaluationClaims(),
      ...claims,
      type: undefined,
      aud: undefined,
    }),
  };
  const headers: Readonly<Record<string, Headers>> = {
    nobody: [],
    "a header that only Postern sets": [
      [ASSERTION, token],
      ["X-Postern-User", email],
    ],
    "an address without a token": [["Cf-Access-Authenticated-User-Email", email]],
    "two tokens": [
      [ASSERTION, token],
      [ASSERTION, token],
    ],
    "tokens of two people": [
      [ASSERTION, token],
      ["Cookie", `CF_Authorization=${await tokenFor(other, "wiki")}`],
    ],
    "a subject for a token": [[ASSERTION, subject]],
  };
  const nginx = Object.entries(headersOfNginx("wiki"));
  const elsewhere = { ...headersOfNginx("wiki"), "X-Original-URL": "https://elsewhere.example.com/" };
  return [
    ...Object.entries(tokens).map(([name, text]) => render(name, [...nginx, [ASSERTION, text]])),
    ...Object.entries(headers).map(([name, lines]) => render(name, [...nginx, ...lines])),
    render("another host", [...Object.entries(elsewhere), [ASSERTION, token]]),
  ];
}

function render(name: string, headers: Headers): Forgery {
  return { name, bytes: renderGet(headers) };
}

/** In its middle, where every bit counts. */
function flip(signature: string): string {
  const at = signature.length >> 1;
  return `${signature.slice(0, at)}${signature[at] === "A" ? "B" : "A"}${signature.slice(at + 1)}`;
}

function signWithSecret(claimsText: string): string {
  const input = `${encode(JSON.stringify(accessHeader({ alg: "HS256" })))}.${encode(claimsText)}`;
  const secret = JSON.stringify(edgeKey.jwk);
  return `${input}.${new Bun.CryptoHasher("sha256", secret).update(input).digest("base64url")}`;
}
