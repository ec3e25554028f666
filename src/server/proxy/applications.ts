import { type ApplicationIndex, compileApplications } from "../../core/application-index.ts";
import type { CompiledApplication } from "../../core/compile.ts";
import type { PolicyDirectory } from "../../core/policy-directory.ts";
import {
  type CheckCertificate,
  createCertificateCheck,
} from "../../session/credentials/client-certificates.ts";

/** What proxies ask of a policy set, ready to be looked up. */
export interface Applications {
  readonly revision: string;
  readonly index: ApplicationIndex<CompiledApplication>;
  /** By audience. */
  readonly byAudience: ReadonlyMap<string, CompiledApplication>;
  /** By name or id; null where none or several are called that. */
  readonly findByName: (idOrName: string) => CompiledApplication | null;
  readonly checkCertificate: CheckCertificate;
  /** Client ids of the service tokens that there are. */
  readonly serviceTokens: ReadonlySet<string>;
}

const compiled = new WeakMap<PolicyDirectory, Applications>();

/** The applications of a directory; compiled once for each. */
export function applicationsOf(directory: PolicyDirectory): Applications {
  const before = compiled.get(directory);
  if (before !== undefined) return before;
  const { set, applications } = directory.policies;
  const entries = [...applications.values()].flatMap((value) =>
    value.application.destinations.map((destination) => ({ destination, value })),
  );
  const byAudience = new Map<string, CompiledApplication>();
  for (const application of applications.values()) {
    const { audience } = application.application;
    if (audience !== null) byAudience.set(audience, application);
  }
  const made = {
    revision: directory.revision,
    index: compileApplications(entries),
    byAudience,
    findByName: directory.findByName,
    checkCertificate: createCertificateCheck(set.certificates),
    serviceTokens: directory.serviceTokens,
  };
  compiled.set(directory, made);
  return made;
}
