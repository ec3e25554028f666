import { Type } from "@sinclair/typebox";
import { strict } from "./policies/schema-parts.ts";
import { IssuerText, TimeText, TokenHashText, UrlText } from "./texts.ts";

const ClaimName = Type.String({ minLength: 1, title: "the name of a claim" });

/** Somebody whose bearer tokens count on the proxy listeners. */
export const IssuerSchema = strict({
  issuer: { ...IssuerText, description: "As `iss` of its tokens spells it." },
  jwks_url: { ...UrlText, description: "Where its keys are: `jwks_uri` of its discovery document." },
  audience: Type.Array(Type.String({ minLength: 1 }), {
    minItems: 1,
    description: "One of them must be the only audience of a token.",
  }),
  identity_provider: Type.Optional(
    Type.String({ minLength: 1, description: "Id of the identity provider that it stands for in policies." }),
  ),
  application: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        "Name or id of the SaaS application whose tokens these are: they count as linked-app tokens, and name nobody.",
    }),
  ),
  claims: Type.Optional(
    strict({
      email: Type.Optional({ ...ClaimName, default: "email" }),
      groups: Type.Optional({ ...ClaimName, default: "groups" }),
      device: Type.Optional({ ...ClaimName, description: "Without it its tokens name no device." }),
    }),
  ),
});

/** The secret of a service token, as clients of the proxies send it. */
export const ServiceTokenSecretSchema = strict({
  client_id: Type.String({ minLength: 1, title: "the client id of a service token" }),
  secret_sha256: TokenHashText,
  previous: Type.Optional(
    strict(
      { secret_sha256: TokenHashText, until: TimeText },
      { description: "The secret before the last change, for clients that do not have the new one yet." },
    ),
  ),
});
