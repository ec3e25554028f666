import { showKey } from "../../config/path.ts";
import { isIdentity, keyedFact, type OwnFactName } from "../../core/attribute.ts";
import { isFactName, PLAIN_CODECS } from "../../core/attribute-codec.ts";
import type { Facts } from "../../core/fact.ts";
import type { PolicySet } from "../../core/model.ts";
import type { FactsForm } from "./facts-schema.ts";
import { type FactsFault, FactsWriter } from "./facts-writer.ts";
import { personFieldsIn } from "./merge-facts.ts";
import { findOwnValueFault, type OwnSchemas } from "./own-schemas.ts";
import { type PolicyNames, policyNamesOf } from "./policy-names.ts";
import { findUnknownFault } from "./unknown-fields.ts";

const IDENTITY = Object.keys(PLAIN_CODECS).filter(isFactName).filter(isIdentity);

/** The device that posture speaks of, unless `device.id` names it. */
const SOME_DEVICE = "device";

export interface DecodedFacts {
  readonly facts: Facts;
  readonly faults: readonly FactsFault[];
}

/**
 * Turns facts as people write them into facts learnt at `now` (milliseconds since the epoch), for requests
 * that `set` decides. What is left out is unknown, but for what the request itself would show: without a
 * person field nobody has logged in, and a credential that is not given was not sent. `null` is absent: its
 * source was asked, and there is none. `schemas`: what attributes of plugins' own can be.
 */
export function createFactsDecoder(
  set: PolicySet,
  now: number,
  schemas: OwnSchemas,
): (form: FactsForm) => DecodedFacts {
  const names = policyNamesOf(set);
  const aboutAttributes = new Map(
    set.postureRules.flatMap(({ id, check }) =>
      check.type === "attribute" ? [[id, `own.${check.attribute}`]] : [],
    ),
  );
  return (form) => {
    const writer = new FactsWriter(names, now);
    const person = personFieldsIn(form);
    if (person.length === 0) forgetPerson(writer, names);
    else {
      refuseContradictions(form, person, writer);
      writePerson(form, set, writer);
    }
    writeRequest(form, writer);
    writeAttributes(form, schemas, writer);
    writeDevice(form, aboutAttributes, writer);
    for (const [index, name] of (form.unknown ?? []).entries()) {
      const fault = findUnknownFault(name, form, [...names.attribute.values.keys()]);
      if (fault !== null) writer.fault(["unknown", index], fault);
    }
    return { facts: writer.facts, faults: writer.faults };
  };
}

function refuseContradictions(form: FactsForm, person: readonly string[], writer: FactsWriter): void {
  const [field = ""] = person;
  if (form.nobody) writer.fault([field], "nobody has logged in here; leave out either this or `nobody`");
  if (typeof form.service_token === "string") {
    writer.fault(
      ["service_token"],
      "a request with a service token counts no person; say `nobody: true`, or leave the token out",
    );
  }
}

function forgetPerson(writer: FactsWriter, names: PolicyNames): void {
  for (const name of IDENTITY) writer.forget(name, "no_person");
  for (const url of names.evaluate_url.values.keys()) {
    writer.forget(keyedFact("identity.external_evaluation", url), "no_person");
  }
}

function writePerson(form: FactsForm, set: PolicySet, writer: FactsWriter): void {
  writer.give("identity.subject", form.subject ?? form.email ?? "somebody", "subject");
  writer.give("identity.email", form.email, "email");
  writer.refer("identity.login_method", "identity_provider", form.idp, "idp");
  writer.give("identity.login_method_type", form.idp_type, "idp_type");
  writer.give("identity.groups", spreadGroups(form, set), "groups");
  writer.give("identity.authentication_methods", form.auth_methods, "auth_methods");
  writer.give("identity.authentication_contexts", form.auth_contexts, "auth_contexts");
  writer.give("identity.saml_attributes", listValues(form.saml), "saml");
  writer.give("identity.oidc_claims", listValues(form.oidc), "oidc");
  writer.give("identity.account_memberships", form.accounts, "accounts");
  writer.give("identity.risk_score", form.risk, "risk");
  for (const [url, answer] of Object.entries(form.evaluations ?? {})) {
    writer.find("evaluate_url", url, ["evaluations", url]);
    writer.give(keyedFact("identity.external_evaluation", url), answer, "evaluations", url);
  }
}

function writeRequest(form: FactsForm, writer: FactsWriter): void {
  const { certificate = null } = form;
  writer.give("network.ip", form.ip, "ip");
  writer.give("network.country", form.country, "country");
  writer.refer("credential.service_token", "service_token", form.service_token ?? null, "service_token");
  writer.give(
    "credential.certificate",
    certificate && { commonName: certificate.common_name ?? null },
    "certificate",
  );
  writer.refer("credential.linked_app_token", "application", form.linked_app ?? null, "linked_app");
}

function writeAttributes({ attributes = {} }: FactsForm, schemas: OwnSchemas, writer: FactsWriter): void {
  for (const [attribute, value] of Object.entries(attributes)) {
    const path = ["attributes", attribute];
    if (!isOwn(attribute)) {
      writer.fault(path, `is no attribute of a plugin's own; write ${showKey(`own.${attribute}`)}`);
      continue;
    }
    writer.find("attribute", attribute, path);
    const fault = value === null ? null : findOwnValueFault(schemas, attribute, value);
    if (fault === null) writer.give(attribute, value, ...path);
    else writer.fault(path, fault);
  }
}

function isOwn(name: string): name is OwnFactName {
  return name.startsWith("own.");
}

function writeDevice(
  { device, posture, providers }: FactsForm,
  aboutAttributes: ReadonlyMap<string, string>,
  writer: FactsWriter,
): void {
  if (device === undefined && posture === undefined && providers === undefined) return;
  const { id = SOME_DEVICE, os, ...rest } = device ?? {};
  writer.give("device.id", id, "device", "id");
  for (const [field, value] of Object.entries(rest)) {
    const name = `device.${field}`;
    if (isFactName(name)) writer.give(name, value, "device", field);
  }
  writer.give(
    "device.os",
    os && {
      version: os.version,
      distroName: os.distro_name ?? null,
      distroRevision: os.distro_revision ?? null,
      versionExtra: os.version_extra ?? null,
    },
    "device",
    "os",
  );
  for (const [reference, result] of Object.entries(posture ?? {})) {
    const path = ["posture", reference];
    const rule = writer.find("posture_rule", reference, path);
    const attribute = rule === undefined ? undefined : aboutAttributes.get(rule);
    if (attribute !== undefined) {
      writer.fault(path, `nobody but a plugin tells ${attribute}; say it under attributes, or under unknown`);
    }
    if (rule === undefined || result === "unknown") continue;
    writer.give(keyedFact("device.asserted_posture", rule), { success: result === "pass" });
  }
  for (const [connection, record] of Object.entries(providers ?? {})) {
    writer.find("connection", connection, ["providers", connection]);
    writer.give(keyedFact("device.provider", connection), record, "providers", connection);
  }
}

/** A group in every form a rule may name it by; GitHub's names know no case. */
function spreadGroups({ groups, idp, idp_type: type }: FactsForm, set: PolicySet) {
  if (groups === undefined || groups === null) return groups;
  const declared = set.identityProviders.find(({ id, name }) => id === idp || name === idp);
  const isGithub = (declared?.type ?? type) === "github";
  return {
    ids: groups,
    names: isGithub ? groups.map((group) => group.toLowerCase()) : groups,
    emails: groups.map((group) => group.toLowerCase()),
  };
}

function listValues(claims: FactsForm["saml"]) {
  if (claims === undefined || claims === null) return claims;
  return Object.fromEntries(
    Object.entries(claims).map(([name, values]) => [name, typeof values === "string" ? [values] : values]),
  );
}
