import type { Clock } from "../clock.ts";
import { createReloader, type ReloadFailure } from "../config/reload.ts";
import { watchFiles } from "../config/watch.ts";
import type { PolicySet } from "../core/model.ts";
import { type Fault, renderFault } from "../core/place.ts";
import type { PolicyDirectory } from "../core/policy-directory.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { loadDirectory } from "./load-directory.ts";
import { loadQuietly } from "./quiet-load/load-quietly.ts";

/** The policies that serve, kept up with their files. */
export interface LivePolicies {
  current(): PolicyDirectory;
  /** Loads now; a faulty set changes nothing but `lastError`. */
  reload(): Promise<void>;
  /** What is wrong with what the files hold now, in a sentence; null where it is what serves. */
  lastError(): string | null;
  close(): void;
}

/** The policies cannot be used. `faults` say why. */
export class PoliciesError extends Error {
  override readonly name = "PoliciesError";
  readonly code = "policies_faulty";
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(renderFault).join("\n"));
  }
}

export interface LivePoliciesOptions {
  /** A file or a folder. */
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "recordReload" | "recordFailedReload">;
  /** What else has to hold of policies that are to serve. */
  readonly findFaults: (policySet: PolicySet) => readonly Fault[];
  /** Whether others are answered while they are loaded for the first time; not so unless told. */
  readonly servesMeanwhile?: boolean;
  /** Called in place of `reload` when a file has changed. */
  readonly onChange?: () => void;
}

/** Loads the policies and goes on watching their files. Throws `PoliciesError` where the first load fails. */
export async function loadLivePolicies({
  path,
  clock,
  log,
  metrics,
  findFaults,
  servesMeanwhile = false,
  onChange,
}: LivePoliciesOptions): Promise<LivePolicies> {
  let current: PolicyDirectory | null = null;
  const reloader = createReloader<PolicyDirectory>({
    clock,
    async load() {
      const isQuiet = servesMeanwhile || current !== null;
      const { directory, faults } = await (isQuiet ? loadQuietly(path) : loadDirectory(path));
      const [first, ...rest] = directory === null ? faults : findFaults(directory.policies.set);
      if (first !== undefined) return { faults: [first, ...rest] };
      if (directory === null) throw new Error("the policies could not be loaded");
      return { value: directory, revision: directory.revision, faults: [] };
    },
    apply(directory) {
      const isNew = current !== null && current.revision !== directory.revision;
      current = directory;
      metrics.recordReload(directory.revision, clock());
      if (isNew) log.info("policies loaded", { revision: directory.revision });
    },
    onFault(failure) {
      metrics.recordFailedReload();
      const error = failure.cause === null ? {} : { error: failure.cause };
      log.error("the policies are faulty; what was loaded before keeps serving", {
        faults: failure.faults.map(renderFault),
        ...error,
      });
    },
  });
  // Watched before they are read, so that no change is missed in between.
  const watch = await watchFiles([path], onChange ?? (() => void reloader.reload()));
  await reloader.reload();
  const first = reloader.state().lastError;
  if (first !== null) {
    watch.close();
    throw new PoliciesError(first.faults);
  }
  return {
    current() {
      if (current === null) throw new PoliciesError([]);
      return current;
    },
    async reload() {
      await reloader.reload();
    },
    lastError: () => describeFailure(reloader.state().lastError),
    close: () => watch.close(),
  };
}

function describeFailure(failure: ReloadFailure | null): string | null {
  if (failure === null) return null;
  const [fault] = failure.faults;
  return fault === undefined ? "the policies could not be loaded" : renderFault(fault);
}
