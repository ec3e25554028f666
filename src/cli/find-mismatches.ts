import type { Config } from "../config/config.ts";
import { suggest } from "../config/suggest.ts";
import type { PolicySet } from "../core/model.ts";
import type { Fault } from "../core/place.ts";
import {
  type DescribedProviders,
  findOwnAttributeFaults,
  findOwnAttributeSlips,
} from "./providers/own-attribute-faults.ts";
import { findScoreFaults } from "./providers/posture-scores.ts";

/** What the configuration names and the policies lack, and what these ask of its providers that they never say. */
export function findMismatches(
  config: Config,
  providers: DescribedProviders,
  policySet: PolicySet,
): readonly Fault[] {
  return [
    ...findScoreFaults(config.postureScores, policySet),
    ...findIssuerFaults(config, policySet),
    ...findOwnAttributeFaults(policySet.postureRules, providers),
  ];
}

/** What can only be a slip, for it never has an effect; it grants nothing, and so is no fault. */
export function findSlips(
  config: Config,
  providers: DescribedProviders,
  policySet: PolicySet,
): readonly Fault[] {
  return [
    ...findOwnAttributeSlips(policySet.postureRules, providers),
    ...findServiceTokenSlips(config, policySet),
  ];
}

function findIssuerFaults({ issuers }: Config, { applications }: PolicySet): readonly Fault[] {
  return issuers.flatMap(({ application }) => {
    if (application === null) return [];
    const { reference, place } = application;
    const bearers = applications.filter(({ id, name }) => id === reference || name === reference);
    if (bearers.length === 1) return [];
    const near = suggest(
      reference,
      applications.map(({ name }) => name),
    );
    const message =
      bearers.length > 1
        ? "several applications are called that; write the id of one"
        : `there is no application of this name or id${near === null ? "" : `; did you mean "${near}"?`}`;
    return [{ place, message }];
  });
}

/** Secrets of client ids that no policy file knows: whoever sends one is refused. */
function findServiceTokenSlips(config: Config, policySet: PolicySet): readonly Fault[] {
  const known = policySet.serviceTokens.map(({ clientId }) => clientId);
  return config.serviceTokens.flatMap(({ clientId, place }) => {
    if (known.includes(clientId)) return [];
    const near = suggest(clientId, known);
    const mend = near === null ? "add it there, or remove it here" : `did you mean "${near}"?`;
    return [
      {
        place,
        message: `no service token of the policies has this client_id, so that it is refused; ${mend}`,
      },
    ];
  });
}
