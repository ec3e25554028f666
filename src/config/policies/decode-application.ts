import type { Application } from "../../core/model.ts";
import { acknowledgements } from "./acknowledgements.ts";
import type { Cursor } from "./cursor.ts";
import { decodeDestinations } from "./decode-destination.ts";
import type { Entry } from "./directory.ts";
import type { PolicyLibrary } from "./policy-library.ts";
import { findIdp, type References } from "./references.ts";
import { AllowedIdpsSchema, ApplicationShellSchema } from "./schema-application.ts";
import { given } from "./schema-parts.ts";
import { DurationText, HeaderNameText, readOptional, UrlText } from "./texts.ts";
import { refuseUnsupported, UNSUPPORTED_IN_APPLICATION, UNSUPPORTED_TYPES } from "./unsupported.ts";

export function decodeApplication(entry: Entry, to: References, library: PolicyLibrary): Application | null {
  const { id, name, at } = entry;
  if (!refuseUnsupported(at, UNSUPPORTED_TYPES)) return null;
  const json = at.read(ApplicationShellSchema);
  const supported = refuseUnsupported(at, UNSUPPORTED_IN_APPLICATION);
  const destinations = decodeDestinations(at);
  const allowedIdps = decodeAllowedIdps(at, to);
  const policies = library.decodeList(entry);
  if (!json || !supported || !destinations || !policies || !allowedIdps) return null;
  return {
    id,
    name,
    type: given(json.type) ?? "self_hosted",
    audience: given(json.aud),
    destinations,
    policies,
    allowedIdps,
    sessionDurationMs: readOptional(DurationText, json.session_duration),
    optionsPreflightBypass: json.options_preflight_bypass === true,
    serviceAuth401Redirect: json.service_auth_401_redirect === true,
    serviceTokenHeader: readOptional(HeaderNameText, json.read_service_tokens_from_header),
    customDenyUrl: readOptional(UrlText, json.custom_deny_url),
    customNonIdentityDenyUrl: readOptional(UrlText, json.custom_non_identity_deny_url),
    customDenyMessage: given(json.custom_deny_message),
    tags: given(json.tags) ?? [],
    acknowledge: acknowledgements(json.acknowledge),
    place: at.place,
  };
}

function decodeAllowedIdps(at: Cursor, to: References): readonly string[] | null {
  const written = given(at.read(AllowedIdpsSchema)?.allowed_idps) ?? [];
  const idps = written.map((reference, index) => findIdp(reference, at.at("allowed_idps", index), to));
  return idps.every((idp) => idp !== null) ? idps : null;
}
