import type { Clock } from "../clock.ts";
import type { Config } from "../config/config.ts";
import type { LoadedConfig } from "../config/load-config.ts";
import { createReloader, type ReloadFailure } from "../config/reload.ts";
import { findRestartOnly } from "../config/restart-only.ts";
import { type Watch, watchFiles } from "../config/watch.ts";
import { renderFault } from "../core/place.ts";
import type { RecordConfigReload } from "../observe/config-metrics.ts";
import type { Log } from "../observe/log.ts";

/** Where the configuration comes from, for the next time that it changes. */
export interface ConfigSource {
  /** The files that it was made of. */
  readonly files: readonly string[];
  load(): Promise<LoadedConfig>;
}

/** The configuration, kept up with its files. */
export interface LiveConfig {
  /** Takes up what the files hold now; where that cannot be, nothing changes but `lastError`. */
  reload(): Promise<void>;
  /** Why what the files hold now does not serve; null where it does. */
  lastError(): string | null;
  /** Resolves once what is under way has ended. */
  close(): Promise<void>;
}

export interface LiveConfigOptions {
  readonly source: ConfigSource;
  readonly clock: Clock;
  readonly log: Log;
  readonly record: RecordConfigReload;
  /** The one that serves. */
  readonly running: () => Config;
  /** Puts another one in its place, wholly or not at all. */
  readonly change: (config: Config) => Promise<void>;
  /** Called where a file has changed. */
  readonly onChange: () => void;
}

/** What has changed is opened once and held open. */
export class RestartNeededError extends Error {
  override readonly name = "RestartNeededError";
  readonly code = "restart_needed";
  constructor(readonly settings: readonly string[]) {
    super(`only a restart changes ${settings.join(", ")}; until then the configuration before keeps serving`);
  }
}

/** Watches the configuration from now on. */
export async function openLiveConfig(options: LiveConfigOptions): Promise<LiveConfig> {
  const { source, clock, log, record, running, change, onChange } = options;
  let watched = source.files;
  let watch: Watch | null = await watchFiles(watched, onChange);
  let underWay: Promise<unknown> = Promise.resolve();

  async function rewatch(files: readonly string[]): Promise<void> {
    if (watch === null || Bun.deepEquals(files, watched)) return;
    const next = await watchFiles(files, onChange);
    watch.close();
    [watch, watched] = [next, files];
  }

  const reloader = createReloader<Config>({
    clock,
    async load() {
      const { config, faults, files } = await source.load();
      await rewatch(files);
      const [first, ...rest] = faults;
      if (first !== undefined) return { faults: [first, ...rest] };
      if (config === null) throw new Error("the configuration could not be loaded");
      const settings = findRestartOnly(running(), config);
      if (settings.length > 0) throw new RestartNeededError(settings);
      return { value: config, revision: config.revision, faults: [] };
    },
    async apply(config) {
      const failed = reloader.state().lastError !== null;
      const isNew = config.revision !== running().revision;
      if (isNew) await change(config);
      if (isNew || failed) record(true);
      if (isNew) log.info("configuration loaded");
    },
    onFault(failure) {
      record(false);
      const { faults, cause } = failure;
      const settings = cause instanceof RestartNeededError ? { settings: cause.settings } : {};
      const message =
        cause instanceof RestartNeededError
          ? "the configuration needs a restart; what was loaded before keeps serving"
          : "the configuration is faulty; what was loaded before keeps serving";
      log.error(message, {
        ...(faults.length > 0 ? { faults: faults.map(renderFault) } : { fault: describe(failure) }),
        ...settings,
      });
    },
  });

  return {
    async reload() {
      underWay = reloader.reload();
      await underWay;
    },
    lastError() {
      const { lastError } = reloader.state();
      return lastError === null ? null : describe(lastError);
    },
    async close() {
      watch?.close();
      watch = null;
      await underWay;
    },
  };
}

function describe({ faults: [fault], cause }: ReloadFailure): string {
  if (fault !== undefined) return renderFault(fault);
  return cause instanceof Error ? cause.message : "the configuration could not be loaded";
}
