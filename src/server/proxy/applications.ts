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
  readonly checkCertificate: CheckCertificate;
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
    checkCertificate: createCertificateCheck(set.certificates),
  };
  compiled.set(directory, made);
  return made;
}
