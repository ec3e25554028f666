import { type Static, type TSchema, Type } from "@sinclair/typebox";

const Text = Type.String({ minLength: 1, title: "a text" });
const Texts = Type.Array(Text, { title: "a list of texts" });
const Values = Type.Union([Text, Texts], { title: "a text, or a list of texts" });

/** Every field may be `null`: its source was asked, and there is none. */
function field<T extends TSchema>(schema: T) {
  return Type.Optional(Type.Union([schema, Type.Null()]));
}

/** What is known of the person, frozen at login. */
const PERSON = {
  subject: field(Text),
  email: field(Text),
  groups: field(Texts),
  /** Identity provider, by id or name. */
  idp: field(Text),
  /** The type of one that the policy files do not declare. */
  idp_type: field(Text),
  auth_methods: field(Texts),
  auth_contexts: field(Texts),
  saml: field(Type.Record(Type.String(), Values)),
  oidc: field(Type.Record(Type.String(), Values)),
  accounts: field(Texts),
  risk: field(Text),
  /** Answers of External Evaluation, by evaluate URL. */
  evaluations: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
};

const REQUEST = {
  ip: field(Text),
  country: field(Text),
  /** By id or name, as the next two. */
  service_token: field(Text),
  certificate: field(Type.Object({ common_name: field(Text) }, { additionalProperties: false })),
  linked_app: field(Text),
};

const DEVICE = {
  id: field(Text),
  platform: field(Text),
  serial_number: field(Text),
  unique_client_id: field(Text),
  hostname: field(Text),
  domain: field(Text),
  warp: field(Type.Boolean()),
  gateway: field(Type.Boolean()),
  firewall: field(Type.Boolean()),
  disks: field(Type.Record(Type.String(), Type.Boolean())),
  os: field(
    Type.Object(
      {
        version: Text,
        distro_name: field(Text),
        distro_revision: field(Text),
        version_extra: field(Text),
      },
      { additionalProperties: false },
    ),
  ),
};

const PostureResult = Type.Union([Type.Literal("pass"), Type.Literal("fail"), Type.Literal("unknown")], {
  title: "pass, fail or unknown",
});
const SCALARS = [Type.String(), Type.Number(), Type.Boolean()] as const;
const Scalar = Type.Union([...SCALARS], { title: "a text, number or boolean" });

export const PERSON_FIELDS: readonly string[] = Object.keys(PERSON);
export const DEVICE_FIELDS: readonly string[] = Object.keys(DEVICE);

/** What is known about a request, as people write it; what is left out is not known. */
export const FactsSchema = Type.Object(
  {
    /** Nobody has logged in. */
    nobody: Type.Optional(Type.Literal(true, { title: "true, or nothing" })),
    ...PERSON,
    ...REQUEST,
    device: Type.Optional(Type.Object(DEVICE, { additionalProperties: false })),
    /** Outcomes of posture rules, by id or name. */
    posture: Type.Optional(Type.Record(Type.String(), PostureResult)),
    /** What service providers say of the device, by connection. */
    providers: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Scalar))),
    /** Attributes of plugins' own, by their names: `own.…`. */
    attributes: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([...SCALARS, Type.Array(Type.String()), Type.Null()], {
          title: "a text, number, boolean, list of texts, or null for none",
        }),
      ),
    ),
    /** Fields (`groups`, `device.os`, `own.…`) of which nothing is known, whatever the levels below say. */
    unknown: Type.Optional(Texts),
  },
  { additionalProperties: false },
);

export type FactsForm = Static<typeof FactsSchema>;
