import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The state of some files and folders, and where a change of it would show. */
export interface Survey {
  /** Real path, identity, and of files size and times: the same for as long as nothing was written, replaced or relinked. */
  readonly fingerprint: string;
  /** Paths of the folders to watch, by device and inode: a folder made anew is another one. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Looks at files, and at folders with all below them but what starts with a dot; follows symbolic links. */
export async function surveyFiles(paths: readonly string[]): Promise<Survey> {
  const lines: string[] = [];
  const folders = new Map<string, string>();

  const addFolder = async (path: string): Promise<void> => {
    const { dev, ino } = await stat(path, { bigint: true });
    folders.set(`${dev}:${ino}`, path);
  };
  const look = async (path: string): Promise<void> => {
    try {
      await addFolder(dirname(path));
      const real = await realpath(path);
      await addFolder(dirname(real));
      const stats = await stat(real, { bigint: true });
      const { dev, ino, size, mtimeNs, ctimeNs } = stats;
      if (!stats.isDirectory()) {
        lines.push([path, real, dev, ino, size, mtimeNs, ctimeNs].join(" "));
        return;
      }
      // A folder's own times change with any file that passes through it.
      lines.push([path, real, dev, ino].join(" "));
      await addFolder(real);
      for (const name of (await readdir(real)).sort()) {
        if (!name.startsWith(".")) await look(join(real, name));
      }
    } catch {
      // Gone, or not to be read: a state like any other. Whoever reads the file says which.
      lines.push(`${path} unreadable`);
    }
  };
  for (const path of paths) await look(path);
  return { fingerprint: lines.join("\n"), folders };
}
