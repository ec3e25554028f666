import type { Static, TSchema } from "@sinclair/typebox";
import { type ProvidableName, t } from "../../src/plugin.ts";

const TemplateText = t.String({ minLength: 1, title: "text, with {name/pointer} for values" });
const PathText = t.String({
  pattern: "^[a-z][\\w-]*(?:/[^/]*)*$",
  title: "a step and a place in its record, such as host/issues/total",
});
const PointerText = t.String({ pattern: "^(?:/[^/]*)*$", title: "a JSON pointer, such as /data/items" });
const StepName = t.String({ pattern: "^[a-z][a-z0-9_-]*$", title: "a name in lower case" });
const Templates = t.Record(t.String(), TemplateText);

const Auth = t.Union([
  t.Object({
    type: t.Literal("header"),
    name: t.Optional(t.String({ minLength: 1, default: "authorization" })),
    value: TemplateText,
  }),
  t.Object({
    type: t.Literal("client_credentials", { description: "OAuth 2.0, RFC 6749 section 4.4." }),
    token_url: TemplateText,
    client_id: TemplateText,
    client_secret: TemplateText,
    scope: t.Optional(TemplateText),
  }),
  t.Object({
    type: t.Literal("service_account", { description: "A signed assertion, RFC 7523, as Google takes it." }),
    token_url: TemplateText,
    issuer: TemplateText,
    subject: TemplateText,
    private_key: TemplateText,
    scope: TemplateText,
  }),
]);

const Paging = t.Union([
  t.Object({ type: t.Literal("link", { description: "Link: <…>; rel=next" }) }),
  t.Object({ type: t.Literal("next_url"), at: PointerText }),
  t.Object({
    type: t.Literal("cursor", { description: "Asked again with {page/cursor}." }),
    at: PointerText,
    more: t.Optional(PointerText),
  }),
  t.Object({
    type: t.Literal("offset", {
      description: "Asked again with {page/cursor}, the number of records so far.",
    }),
    total: PointerText,
  }),
]);

const Request = t.Object({
  method: t.Optional(t.Union([t.Literal("GET"), t.Literal("POST")])),
  url: TemplateText,
  query: t.Optional(Templates),
  headers: t.Optional(Templates),
  json: t.Optional(t.Unknown()),
});

const Many = t.Object(
  {
    request: { ...Request, description: "With {all} for those who are asked about." },
    each: { ...TemplateText, description: "What stands for one of them in {all}." },
    joined: t.Optional(t.String({ description: "What stands between them; without it {all} is a list." })),
    at_most: t.Integer({ minimum: 2, maximum: 1_000, description: "In one request." }),
  },
  { description: "How polls ask about many at once; match tells whose a record is." },
);

const Step = t.Object({
  name: StepName,
  request: Request,
  many: t.Optional(Many),
  paging: t.Optional(Paging),
  records: t.Optional({
    ...PointerText,
    description: "Where the list is; without it the answer is one record.",
  }),
  keyed: t.Optional(t.Boolean({ description: "There is an object: a record is one /key and its /value." })),
  match: t.Optional(
    t.Record(PointerText, TemplateText, { description: "What a record must hold to be the subject's." }),
  ),
  take: t.Optional(t.Union([t.Literal("one"), t.Literal("all")])),
  optional: t.Optional(t.Boolean({ description: "Goes on without a record where there is none." })),
  not_found: t.Optional(
    t.Object(
      { at: PointerText, is: t.String() },
      { description: "What a 404 says that means: no such subject." },
    ),
  ),
  fails_if: t.Optional({ ...PointerText, description: "An answer that holds something there is a failure." }),
});

const Spelled = t.Object({
  path: PathText,
  spelled: t.Record(t.String(), t.Union([t.String(), t.Number(), t.Boolean()]), {
    description: "What values mean; one that is not here is not known.",
  }),
});
const Scalar = t.Union([
  PathText,
  t.Object({ path: PathText, lower_case: t.Boolean() }),
  Spelled,
  t.Object({ all: t.Array(Spelled, { minItems: 1, description: "Whether all of them are true." }) }),
]);
const Texts = t.Object({
  each: StepName,
  at: PointerText,
  as_of: t.Optional({ ...PointerText, description: "When a record was made; the oldest counts for all." }),
  partial: t.Optional(t.Boolean({ description: "What is not in it may be so all the same." })),
});
const Groups = t.Object({
  each: StepName,
  ids: t.Optional(PointerText),
  names: t.Optional(PointerText),
  emails: t.Optional(PointerText),
  also_names: t.Optional(t.Array(PathText, { description: "More names, where there are any." })),
  lower_case: t.Optional(t.Boolean()),
});
const Fields = t.Object({ fields: t.Record(t.String(), Scalar) });
const Records = t.Object({ record: t.Record(t.String(), Scalar) });

/** The attributes that can be mapped, beside a source's own. */
const MAPPED = {
  "identity.groups": Groups,
  "identity.authentication_contexts": Texts,
  "identity.account_memberships": Texts,
  "identity.risk_score": Scalar,
  "network.country": Scalar,
  "device.platform": Scalar,
  "device.serial_number": Scalar,
  "device.unique_client_id": Scalar,
  "device.hostname": Scalar,
  "device.os": Fields,
  "device.domain": Scalar,
  "device.firewall": Scalar,
  "device.warp": Scalar,
  "device.gateway": Scalar,
  "device.provider": Records,
} as const satisfies { readonly [A in ProvidableName]?: TSchema };

export type MappedName = keyof typeof MAPPED;

export function isMapped(name: string): name is MappedName {
  return Object.hasOwn(MAPPED, name);
}

const OwnValue = t.Union([
  t.Object({ type: t.Union([t.Literal("text"), t.Literal("number"), t.Literal("boolean")]), value: Scalar }),
  t.Object({ type: t.Literal("texts"), value: Texts }),
]);

/** A JSON API, and what its answers say: how to ask, who is who, and which attribute is found where. */
export const HttpSourceSchema = t.Object({
  auth: t.Optional(Auth),
  steps: t.Array(Step, { minItems: 1 }),
  attributes: t.Optional(t.Partial(t.Object(MAPPED))),
  own: t.Optional(
    t.Record(t.String({ pattern: "^\\w+(?:[.-]\\w+)*$" }), OwnValue, {
      description: "Attributes of its own, without own. in front.",
    }),
  ),
  absent_if_not_found: t.Optional(
    t.Array(t.String(), { description: "Attributes of which a subject that is not found has none." }),
  ),
});

export type HttpSource = Static<typeof HttpSourceSchema>;
export type AuthSource = Static<typeof Auth>;
export type StepSource = Static<typeof Step>;
export type RequestSource = Static<typeof Request>;
export type ManySource = Static<typeof Many>;
export type PagingSource = Static<typeof Paging>;
export type ScalarSource = Static<typeof Scalar>;
export type TextsSource = Static<typeof Texts>;
export type GroupsSource = Static<typeof Groups>;
export type SpelledSource = Static<typeof Spelled>;
export type FieldsSource = Static<typeof Fields>;
export type RecordsSource = Static<typeof Records>;
export type OwnSource = Static<typeof OwnValue>;
