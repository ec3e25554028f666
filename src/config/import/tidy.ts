import type { Section } from "../policies/schema.ts";
import { decidesNothing, KINDS } from "./kinds.ts";
import { asPlain, isEmpty, listAt, mapEntries, type Plain, textAt } from "./plain.ts";

/** The order in which a reader wants to know; other keys come after these. */
const ORDER: readonly string[] = [
  "name",
  "id",
  "description",
  "type",
  "client_id",
  "aud",
  "domain",
  "destinations",
  "decision",
  "include",
  "require",
  "exclude",
  "session_duration",
  "allowed_idps",
  "match",
  "expiration",
  "input",
];
const LAST: readonly string[] = ["policies", "items", "certificate"];

/** For people; kept although it decides nothing. */
const DESCRIPTION = "description";

/** Said otherwise in the files that are written: by position, by the file, by the items themselves. */
const SAID_OTHERWISE: ReadonlySet<string> = new Set(["uid", "precedence", "reusable", "count"]);

/** An object that is sound as a person would write it: without what is empty, off, or decides nothing. */
export function tidy(kind: Section, value: Plain): Plain {
  const shaped = kind === "applications" ? withPlainDestinations(value) : value;
  const kept = mapEntries(shaped, (key, part) => {
    if (SAID_OTHERWISE.has(key) || isLeftOut(kind, key) || isDefault(kind, key, part)) return null;
    return [key, tidyPart(key, part)];
  });
  const named = textAt(kept, "id") === "" && textAt(value, "uid") !== "" ? { ...kept, id: value.uid } : kept;
  return inOrder(named);
}

/** Keys of the object that `tidy` leaves out as they decide nothing. */
export function findLeftOut(kind: Section, value: Plain): readonly string[] {
  return Object.keys(value).filter((key) => isLeftOut(kind, key) && !isEmpty(value[key]));
}

/** Whether two objects of a kind say the same, wherever and however often they were exported. */
export function sameContent(kind: Section, one: Plain, other: Plain): boolean {
  return Bun.deepEquals(tidy(kind, one), tidy(kind, other));
}

function isLeftOut(kind: Section, key: string): boolean {
  return key !== DESCRIPTION && decidesNothing(kind, key);
}

/** A switched-off flag and an empty key say the same as a missing one, if they are known; `items` are asked for. */
function isDefault(kind: Section, key: string, value: unknown): boolean {
  if (!Object.hasOwn(KINDS[kind].properties, key)) return false;
  if (key === "enabled") return value === true;
  if (key === "domain_type") return value === "public";
  if (key === "type") return kind === "applications" && value === "self_hosted";
  return value === false || (isEmpty(value) && key !== "items");
}

function tidyPart(key: string, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  switch (key) {
    case "include":
    case "require":
    case "exclude":
      return value.map(tidyRule);
    case "items":
      return value.map((item) => pickKeys(item, "value", DESCRIPTION));
    default:
      return value;
  }
}

function tidyRule(rule: unknown): unknown {
  const object = asPlain(rule);
  return object === null
    ? rule
    : mapEntries(object, (selector, value) => [selector, withoutEmptyTexts(value)]);
}

function withoutEmptyTexts(value: unknown): unknown {
  const object = asPlain(value);
  return object === null ? value : mapEntries(object, (key, part) => (part === "" ? null : [key, part]));
}

function pickKeys(value: unknown, ...keys: readonly string[]): unknown {
  const object = asPlain(value);
  if (object === null) return value;
  return mapEntries(object, (key, part) => (keys.includes(key) && !isEmpty(part) ? [key, part] : null));
}

/** Applications whose `domain` is that of another service. */
const HOSTLESS: readonly string[] = ["saas", "bookmark"];

/** One place is a `domain`, several are `destinations`; what these override is left out. */
function withPlainDestinations(value: Plain): Plain {
  const { domain, self_hosted_domains: domains, destinations, ...rest } = value;
  if (HOSTLESS.includes(textAt(value, "type"))) return rest;
  const uris = listUris(value);
  if (uris === null) return { ...rest, destinations };
  const [first, ...others] = new Set(uris);
  if (others.length > 0) return { ...rest, destinations: [first, ...others].map((uri) => ({ uri })) };
  return first === undefined ? rest : { ...rest, domain: first };
}

/** Where an application lives; null where it is not only in public places. */
function listUris(value: Plain): readonly string[] | null {
  const destinations = listAt(value, "destinations");
  if (destinations.length === 0) return listPublicUris(value);
  const uris = listPublicUris(value);
  return uris.length === destinations.length ? uris : null;
}

/** The public places of an application, as they were written. As at Cloudflare, `destinations` override the older keys. */
export function listPublicUris(value: Plain): readonly string[] {
  if (HOSTLESS.includes(textAt(value, "type"))) return [];
  const destinations = listAt(value, "destinations");
  const uris =
    destinations.length === 0
      ? [value.domain, ...listAt(value, "self_hosted_domains")]
      : destinations.map((destination) => {
          const object = asPlain(destination);
          return object && ["", "public"].includes(textAt(object, "type")) ? object.uri : null;
        });
  return uris.filter((uri): uri is string => typeof uri === "string" && uri !== "");
}

function inOrder(value: Plain): Plain {
  const rank = (key: string) => {
    const place = ORDER.indexOf(key);
    if (place >= 0) return place;
    return LAST.includes(key) ? ORDER.length + 1 : ORDER.length;
  };
  const keys = Object.keys(value).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(keys.map((key) => [key, value[key]]));
}
