import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { AnswerError } from "../support/answer-error.ts";

const Text = Type.String({ minLength: 1 });
const GroupSchema = Type.Union([
  Text,
  Type.Object({ id: Type.Optional(Text), name: Type.Optional(Text), email: Type.Optional(Text) }),
]);
const ClaimsSchema = Type.Record(Type.String(), Type.Unknown());
const IdentitySchema = Type.Object({
  user_uuid: Text,
  idp: Type.Object({ id: Text, type: Text }),
  groups: Type.Optional(Type.Array(GroupSchema)),
  oidc_fields: Type.Optional(ClaimsSchema),
  saml_attributes: Type.Optional(ClaimsSchema),
});

const Answer = TypeCompiler.Compile(Type.Object({ success: Type.Literal(true), result: IdentitySchema }));

/** An identity as Access tells it, in what this plugin reads of it. */
export type Identity = Static<typeof IdentitySchema>;
export type IdentityGroup = Static<typeof GroupSchema>;
export type IdentityClaims = Static<typeof ClaimsSchema>;

/** The identity in an answer of Cloudflare's API. Throws `AnswerError` where there is none. */
export function readIdentity(answer: unknown): Identity {
  if (Answer.Check(answer)) return answer.result;
  throw new AnswerError("the answer holds no identity");
}
