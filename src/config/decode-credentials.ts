import type { Place } from "../core/place.ts";
import type { IssuerConfig, ServiceTokenConfig } from "./config.ts";
import type { PosternFile } from "./postern-schema.ts";
import { readText } from "./text-schema.ts";
import { TimeText, TokenHashText, UrlText } from "./texts.ts";

type Entry<K extends "issuers" | "service_tokens"> = NonNullable<PosternFile[K]>[number];

export function decodeIssuer(
  { issuer, jwks_url, audience, identity_provider, application, claims }: Entry<"issuers">,
  place: Place,
): IssuerConfig {
  return {
    issuer,
    jwksUrl: readText(UrlText, jwks_url),
    audience,
    identityProvider: identity_provider ?? null,
    application: application === undefined ? null : { reference: application, place },
    claims: {
      email: claims?.email ?? "email",
      groups: claims?.groups ?? "groups",
      device: claims?.device ?? null,
    },
  };
}

export function decodeServiceToken(
  { client_id, secret_sha256, previous }: Entry<"service_tokens">,
  place: Place,
): ServiceTokenConfig {
  return {
    clientId: client_id,
    place,
    sha256: readText(TokenHashText, secret_sha256),
    previous:
      previous === undefined
        ? null
        : {
            sha256: readText(TokenHashText, previous.secret_sha256),
            untilMs: readText(TimeText, previous.until),
          },
  };
}
