import type { PolicySet } from "../../core/model.ts";
import type { Fault } from "../../core/place.ts";
import { deepFreeze } from "../deep-freeze.ts";
import { sortFaults } from "../sort-faults.ts";
import { type ReadResult, readSource } from "../source.ts";
import { findGroupFaults } from "./check-groups.ts";
import { findRivalDestinations, findSharedAudiences, findSharedClientIds } from "./check-policy-set.ts";
import { decodeApplication } from "./decode-application.ts";
import { decodeGroup } from "./decode-group.ts";
import {
  decodeCertificate,
  decodeIdentityProvider,
  decodeList,
  decodeServiceToken,
} from "./decode-inventory.ts";
import { decodePolicy } from "./decode-policy.ts";
import { decodePostureRule } from "./decode-posture-rule.ts";
import { Directory, type Entry } from "./directory.ts";
import { findEntries } from "./find-entries.ts";
import { PolicyLibrary } from "./policy-library.ts";
import type { References } from "./references.ts";
import { revisionOf } from "./revision.ts";

/** A policy set, or all that is wrong with its files, in order of place. */
export type PoliciesRead =
  | { readonly policySet: PolicySet; readonly faults: readonly [] }
  | { readonly policySet: null; readonly faults: readonly Fault[] };

/** A policy file before it is read. */
export interface PolicyFile {
  readonly file: string;
  readonly text: string;
}

/** Turns policy files into one policy set with every name resolved. Neither their order nor their layout counts. */
export function readPolicies(files: readonly PolicyFile[]): PoliciesRead {
  const sorted = files.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  return resolvePolicies(sorted.map(({ file, text }) => readSource(file, text)));
}

/** The same for files that have been read, in order of name. */
export function resolvePolicies(files: readonly ReadResult[]): PoliciesRead {
  const faults: Fault[] = [];
  const { entries, complete } = findEntries(files, faults);
  const directory = (kind: string, of: readonly Entry[]) => new Directory(kind, of, complete);

  const listEntries = directory("list", entries.lists);
  const lists = decodeAll(entries.lists, decodeList);
  const references: References = {
    applications: directory("application", entries.applications),
    policies: directory("policy", entries.policies),
    groups: directory("group", entries.groups),
    postureRules: directory("posture rule", entries.posture_rules),
    identityProviders: directory("identity provider", entries.identity_providers),
    serviceTokens: directory("service token", entries.service_tokens),
    listEntries,
    lists: new Map(lists.map((list) => [list.id, list])),
  };
  directory("certificate", entries.certificates);

  const policies = decodeAll(entries.policies, (entry) => decodePolicy(entry, references));
  const library = new PolicyLibrary(policies, references);
  const content = {
    applications: decodeAll(entries.applications, (entry) => decodeApplication(entry, references, library)),
    policies,
    groups: decodeAll(entries.groups, (entry) => decodeGroup(entry, references)),
    lists,
    postureRules: decodeAll(entries.posture_rules, (entry) => decodePostureRule(entry, references)),
    identityProviders: decodeAll(entries.identity_providers, decodeIdentityProvider),
    serviceTokens: decodeAll(entries.service_tokens, decodeServiceToken),
    certificates: decodeAll(entries.certificates, decodeCertificate),
  };
  faults.push(
    ...findGroupFaults(content.groups),
    ...findRivalDestinations(content.applications),
    ...findSharedAudiences(content.applications),
    ...findSharedClientIds(content.serviceTokens),
  );
  if (faults.length > 0) return { policySet: null, faults: sortFaults(faults) };
  const sorted = {
    applications: sortById(content.applications),
    policies: sortById(content.policies),
    groups: sortById(content.groups),
    lists: sortById(content.lists),
    postureRules: sortById(content.postureRules),
    identityProviders: sortById(content.identityProviders),
    serviceTokens: sortById(content.serviceTokens),
    certificates: sortById(content.certificates),
  };
  return { policySet: deepFreeze({ ...sorted, revision: revisionOf(sorted) }), faults: [] };
}

/** Decodes every object; those that are wrong are left out, and their faults taken down. */
function decodeAll<T>(entries: readonly Entry[], decode: (entry: Entry) => T | null): readonly T[] {
  return entries.map(decode).filter((object) => object !== null);
}

function sortById<T extends { readonly id: string }>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
