import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { parseHostPattern } from "../../core/host.ts";
import type { Destination } from "../../core/model.ts";
import { parsePathPattern } from "../../core/path.ts";
import { Refusal, readText, textSchema } from "../text-schema.ts";
import type { Cursor } from "./cursor.ts";
import { type DestinationSchema, DestinationsSchema } from "./schema-application.ts";
import { given, oneOf } from "./schema-parts.ts";

/** Host and path in Cloudflare's grammar: `wiki.example.com/eng`, `*.example.com/api/*`. */
const DestinationText = textSchema("a host and perhaps a path, such as wiki.example.com/eng", (text) => {
  if (/^[a-z]+:\/\//i.test(text)) throw new Refusal("a scheme does not belong here; start with the host");
  if (/[?#]/.test(text)) throw new Refusal("a query or fragment plays no part; end with the path");
  const slash = text.indexOf("/");
  const written = slash < 0 ? text : text.slice(0, slash);
  if (/:\d*$/.test(written) && !written.endsWith("]")) {
    throw new Refusal("a port plays no part; remove it: every port of the host is meant");
  }
  const host = parseHostPattern(written);
  if (host === null) {
    throw new Refusal("expected a host such as wiki.example.com, with at most one * between two dots");
  }
  const path = parsePathPattern(slash < 0 ? "" : text.slice(slash));
  if (path === null) {
    throw new Refusal(
      "expected a path such as /eng, with at most one * between two slashes and no dot segments",
    );
  }
  return { host: host.text, path: path.text };
});

/** Applications that live elsewhere: what they call their domain is not asked about. */
const Hostless = TypeCompiler.Compile(Type.Object({ type: oneOf(["saas", "bookmark"]) }));

/**
 * Where an application lives. As at Cloudflare, `destinations` override the older keys; without
 * them `domain` and `self_hosted_domains` count together. Null where one is wrong.
 */
export function decodeDestinations(application: Cursor): readonly Destination[] | null {
  const json = application.read(DestinationsSchema);
  if (!json) return null;
  if (Hostless.Check(application.value)) return [];
  const destinations = given(json.destinations) ?? [];
  if (destinations.length > 0) {
    return withoutRepeats(
      destinations.map((json, index) => decodeListed(json, application.at("destinations", index))),
    );
  }
  const domains = [
    ...(given(json.domain) === null ? [] : [application.at("domain")]),
    ...(given(json.self_hosted_domains) ?? []).map((_, index) =>
      application.at("self_hosted_domains", index),
    ),
  ];
  return withoutRepeats(domains.map(decodeDestination));
}

function decodeListed(json: Static<typeof DestinationSchema>, at: Cursor): Destination | null {
  const type = given(json.type) ?? "public";
  if (type !== "public") {
    return at.report(`a destination of type ${type} can only be reached through Cloudflare; remove it`);
  }
  if (given(json.uri) === null) return at.report("the uri is missing; write a host and perhaps a path");
  return decodeDestination(at.at("uri"));
}

function decodeDestination(at: Cursor): Destination | null {
  const written = at.read(DestinationText);
  return written === null ? null : { ...readText(DestinationText, written), place: at.place };
}

/** An export repeats `domain` in the list beside it. */
function withoutRepeats(destinations: readonly (Destination | null)[]): readonly Destination[] | null {
  if (!destinations.every((destination) => destination !== null)) return null;
  const distinct = Map.groupBy(destinations, ({ host, path }) => host + path);
  return [...distinct.values()].flatMap(([first]) => first ?? []);
}
