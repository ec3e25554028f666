import { type FSWatcher, watch } from "node:fs";
import { surveyFiles } from "./survey.ts";

/** Events come in bursts: one saved file is several. */
const DEBOUNCE_MS = 50;
/** For what sends no events: network file systems, links further up, folders removed and made anew. */
const RECHECK_MS = 5_000;

export interface Watch {
  close(): void;
}

/**
 * Calls `onChange` whenever one of the files, or anything in one of the folders, is no longer what it was when the
 * promise was fulfilled: written, replaced by a rename, or reached through other symbolic links (as Kubernetes swaps
 * `..data`). To miss nothing, watch first and read afterwards.
 */
export async function watchFiles(paths: readonly string[], onChange: () => void): Promise<Watch> {
  // Folders, never files: a watch on a file dies with the file that a rename replaces.
  const watchers = new Map<string, FSWatcher>();
  let known = "";
  let timer: ReturnType<typeof setTimeout> | null = null;
  let closed = false;

  function unwatch(id: string): void {
    watchers.get(id)?.close();
    watchers.delete(id);
  }

  function watchFolder(id: string, folder: string): void {
    const watcher = openWatcher(folder, notice);
    watcher?.on("error", () => unwatch(id));
    if (watcher) watchers.set(id, watcher);
  }

  /** The fingerprint, taken once all its folders are watched: what changes later is an event. */
  async function look(): Promise<string> {
    for (;;) {
      const { fingerprint, folders } = await surveyFiles(paths);
      if (closed) return fingerprint;
      for (const id of watchers.keys()) if (!folders.has(id)) unwatch(id);
      const before = watchers.size;
      for (const [id, folder] of folders) if (!watchers.has(id)) watchFolder(id, folder);
      if (watchers.size === before) return fingerprint;
    }
  }

  async function check(): Promise<void> {
    const seen = await look();
    if (closed || seen === known) return;
    known = seen;
    // On its own, so that what it throws ends no watch.
    queueMicrotask(onChange);
  }

  let checking = look().then((fingerprint) => {
    known = fingerprint;
  });

  /** A timer that runs is not put off: another file in the same folder, a database, may never come to rest. */
  function notice(): void {
    if (closed) return;
    timer ??= setTimeout(() => {
      timer = null;
      checking = checking.then(check);
    }, DEBOUNCE_MS);
  }

  const recheck = setInterval(notice, RECHECK_MS);
  recheck.unref();
  await checking;
  return {
    close() {
      closed = true;
      clearInterval(recheck);
      if (timer !== null) clearTimeout(timer);
      for (const id of watchers.keys()) unwatch(id);
    },
  };
}

/** Null where the folder went away since it was seen; the next check looks again. */
function openWatcher(folder: string, onEvent: () => void): FSWatcher | null {
  try {
    return watch(folder, { persistent: false }, onEvent);
  } catch {
    return null;
  }
}
