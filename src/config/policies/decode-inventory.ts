import type { Certificate, IdentityProvider, List, ServiceToken } from "../../core/model.ts";
import { readText, type TText } from "../text-schema.ts";
import { acknowledgements } from "./acknowledgements.ts";
import type { Entry } from "./directory.ts";
import {
  CertificateSchema,
  IdentityProviderSchema,
  ListSchema,
  ServiceTokenSchema,
} from "./schema-inventory.ts";
import { given } from "./schema-parts.ts";
import { EmailText, RangeText } from "./texts.ts";

/** What the values of a list must be, where rules compare them in a form of their own. */
const ITEM_TEXTS: { readonly [type: string]: TText<string> } = { EMAIL: EmailText, IP: RangeText };

export function decodeList({ id, name, at }: Entry): List | null {
  const json = at.read(ListSchema);
  if (!json) return null;
  const items = given(json.items);
  const count = given(json.count);
  if (items === null || (count !== null && count !== items.length)) {
    const found = items === null ? "no items" : `${items.length} of ${count} items`;
    return at.report(`the list comes with ${found}; export it with all of them, or write items: []`);
  }
  const schema = ITEM_TEXTS[json.type];
  const values = items.map(({ value }, index) => {
    if (schema === undefined) return value;
    return at.at("items", index, "value").read(schema) === null ? null : readText(schema, value);
  });
  if (!values.every((value) => value !== null)) return null;
  return {
    id,
    name,
    type: json.type,
    values,
    acknowledge: acknowledgements(json.acknowledge),
    place: at.place,
  };
}

/** An identity provider; the one-time PIN has no name of its own in exports. */
export function decodeIdentityProvider({ id, at }: Entry): IdentityProvider | null {
  const json = at.read(IdentityProviderSchema);
  return json && { id, name: given(json.name) ?? json.type, type: json.type, place: at.place };
}

export function decodeServiceToken({ id, name, at }: Entry): ServiceToken | null {
  const json = at.read(ServiceTokenSchema);
  if (json?.enabled === false) {
    return at
      .at("enabled")
      .report("a token that is switched off lets nobody in; remove it and what refers to it");
  }
  return json && { id, name, clientId: json.client_id, place: at.place };
}

export function decodeCertificate({ id, name, at }: Entry): Certificate | null {
  const json = at.read(CertificateSchema);
  if (!json) return null;
  return {
    id,
    name,
    certificate: given(json.certificate),
    associatedHostnames: given(json.associated_hostnames) ?? [],
    place: at.place,
  };
}
