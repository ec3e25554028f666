import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type {
  FactName,
  FactValue,
  Groups,
  KeyedAttributeName,
  KeyedAttributes,
  MultiValues,
  OwnValue,
  PlainAttributeName,
  PlainAttributes,
} from "./attribute.ts";
import { readCountry } from "./country.ts";
import { type Email, parseEmail } from "./email.ts";
import { type IpAddress, parseIp } from "./ip-address.ts";

/** How values of one attribute are written as JSON and read back. `decode` gives null for what makes no sense. */
export interface ValueCodec<T> {
  encode(value: T): unknown;
  decode(json: unknown): T | null;
}

const Text = Type.String({ minLength: 1 });
const Texts = Type.Array(Type.String());
const TextOrNull = Type.Union([Type.String(), Type.Null()]);

const text = plain(Text);
const flag = plain(Type.Boolean());
const texts = codec(
  Texts,
  (values: ReadonlySet<string>) => [...values],
  (values) => new Set(values),
);

const groups = codec(
  Type.Object({ ids: Texts, names: Texts, emails: Texts }, { additionalProperties: false }),
  ({ ids, names, emails }: Groups) => ({ ids: [...ids], names: [...names], emails: [...emails] }),
  ({ ids, names, emails }) => ({ ids: new Set(ids), names: new Set(names), emails: new Set(emails) }),
);

const multiValues = codec(
  Type.Record(Type.String(), Texts),
  (values: MultiValues) => Object.fromEntries([...values].map(([name, set]) => [name, [...set]])),
  (values): MultiValues => new Map(Object.entries(values).map(([name, list]) => [name, new Set(list)])),
);

const File = Type.Object(
  {
    exists: Type.Boolean(),
    running: Type.Union([Type.Boolean(), Type.Null()]),
    sha256: TextOrNull,
    thumbprint: TextOrNull,
  },
  { additionalProperties: false },
);

const TextsOrNull = Type.Union([Texts, Type.Null()]);
const DeviceCertificates = Type.Array(
  Type.Object(
    {
      certificateId: Type.String(),
      commonName: Type.String(),
      hasPrivateKey: Type.Union([Type.Boolean(), Type.Null()]),
      extendedKeyUsage: TextsOrNull,
      subjectAlternativeNames: TextsOrNull,
      locations: TextsOrNull,
    },
    { additionalProperties: false },
  ),
);

/** A codec for every attribute that stands alone. */
export const PLAIN_CODECS: { readonly [N in keyof PlainAttributes]: ValueCodec<PlainAttributes[N]> } = {
  "identity.subject": text,
  "identity.email": codec(Type.String(), (email: Email) => email.address, parseEmail),
  "identity.login_method": text,
  "identity.login_method_type": text,
  "identity.authentication_methods": texts,
  "identity.authentication_contexts": texts,
  "identity.groups": groups,
  "identity.saml_attributes": multiValues,
  "identity.oidc_claims": multiValues,
  "identity.account_memberships": texts,
  "identity.risk_score": text,
  "network.ip": codec(Type.String(), (ip: IpAddress) => ip.text, parseIp),
  "network.country": codec(Type.String(), (country: string) => country, readCountry),
  "credential.service_token": text,
  "credential.certificate": plain(Type.Object({ commonName: TextOrNull }, { additionalProperties: false })),
  "credential.linked_app_token": text,
  "device.id": text,
  "device.platform": plain(
    Type.Union([
      Type.Literal("windows"),
      Type.Literal("mac"),
      Type.Literal("linux"),
      Type.Literal("android"),
      Type.Literal("ios"),
      Type.Literal("chromeos"),
    ]),
  ),
  "device.serial_number": text,
  "device.unique_client_id": text,
  "device.hostname": text,
  "device.os": plain(
    Type.Object(
      {
        version: Type.String(),
        distroName: TextOrNull,
        distroRevision: TextOrNull,
        versionExtra: TextOrNull,
      },
      { additionalProperties: false },
    ),
  ),
  "device.disks": record(Type.Boolean()),
  "device.firewall": flag,
  "device.domain": text,
  "device.antivirus_updated_at": plain(Type.Number()),
  "device.files": record(File),
  "device.certificates": plain(DeviceCertificates),
  "device.warp": flag,
  "device.gateway": flag,
};

const KEYED_CODECS: { readonly [A in KeyedAttributeName]: ValueCodec<KeyedAttributes[A]> } = {
  "identity.external_evaluation": flag,
  "device.asserted_posture": plain(Type.Object({ success: Type.Boolean() }, { additionalProperties: false })),
  "device.provider": record(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
};

const own: ValueCodec<OwnValue> = codec(
  Type.Union([Type.String(), Type.Number(), Type.Boolean(), Texts]),
  (value: OwnValue) => (typeof value === "object" ? [...value] : value),
  (json) => (Array.isArray(json) ? new Set(json) : json),
);

/** The codec of the fact `name`. */
export function codecOf<N extends FactName>(name: N): ValueCodec<FactValue<N>>;
export function codecOf(name: FactName): ValueCodec<FactValue<FactName>> {
  if (isPlain(name)) return PLAIN_CODECS[name];
  const attribute = name.slice(0, name.indexOf(":"));
  return isKeyed(attribute) ? KEYED_CODECS[attribute] : own;
}

/** Whether `name` names a fact: an attribute, an attribute and its key, or an attribute of a plugin's own. */
export function isFactName(name: string): name is FactName {
  if (isPlain(name) || /^own\../.test(name)) return true;
  const colon = name.indexOf(":");
  return colon > 0 && colon < name.length - 1 && isKeyed(name.slice(0, colon));
}

function isPlain(name: string): name is PlainAttributeName {
  return Object.hasOwn(PLAIN_CODECS, name);
}

function isKeyed(attribute: string): attribute is KeyedAttributeName {
  return Object.hasOwn(KEYED_CODECS, attribute);
}

/** A codec whose JSON side must meet `schema` before it is decoded. */
function codec<S extends TSchema, T>(
  schema: S,
  encode: (value: T) => unknown,
  decode: (json: Static<S>) => T | null,
): ValueCodec<T> {
  const check = TypeCompiler.Compile(schema);
  return { encode, decode: (json) => (check.Check(json) ? decode(json) : null) };
}

/** A codec of values that are their own JSON. */
function plain<S extends TSchema>(schema: S): ValueCodec<Static<S>> {
  return codec(
    schema,
    (value: Static<S>) => value,
    (json) => json,
  );
}

/** A codec of maps from names. */
function record<S extends TSchema>(schema: S): ValueCodec<ReadonlyMap<string, Static<S>>> {
  return codec(
    Type.Record(Type.String(), schema),
    (map: ReadonlyMap<string, Static<S>>) => Object.fromEntries(map),
    (json) => new Map<string, Static<S>>(Object.entries(json)),
  );
}
