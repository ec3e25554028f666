import { nameOf } from "./exported-object.ts";
import type { Named, Sections } from "./give-names.ts";
import { SECTIONS } from "./kinds.ts";
import { FileNames } from "./name-files.ts";
import type { Plain } from "./plain.ts";
import { type FileContent, renderFile } from "./render-file.ts";

/** A file to write, and the objects in it. */
export interface ImportedFile {
  readonly file: string;
  readonly text: string;
  readonly section: keyof Sections;
  readonly names: readonly string[];
  /** Whether it keeps the addresses of refused applications, and lets nobody in. */
  readonly closes: boolean;
}

const CLOSED_FILE = "not-imported.yaml";
const CLOSED_COMMENT =
  " Where the applications live that could not be imported. Without policies nobody gets in, and no less specific\n" +
  " application decides there. Take out what you import later, or write by hand.";

/** One file per application, and one for each other kind; the same objects in any order make the same bytes. */
export function layOut({ sections, namesakes }: Named, closed: Plain | null): readonly ImportedFile[] {
  const contents = new Map<string, FileContent>();
  for (const section of SECTIONS) {
    const objects = sections[section].toSorted(byName);
    if (section === "applications" || objects.length === 0) continue;
    contents.set(`${section.replaceAll("_", "-")}.yaml`, { section, objects, comment: null });
  }
  if (closed !== null) {
    contents.set(CLOSED_FILE, { section: "applications", objects: [closed], comment: CLOSED_COMMENT });
  }
  const names = new FileNames([...SHARED_FILES, ...contents.keys()]);
  for (const application of sections.applications.toSorted(byName)) {
    const content: FileContent = { section: "applications", objects: [application], comment: null };
    contents.set(names.take(nameOf(application)), content);
  }
  return [...contents].map(([file, content]) => ({
    file,
    text: renderFile(content, namesakes),
    section: content.section,
    names: content.objects.map(nameOf),
    closes: closed !== null && file === CLOSED_FILE,
  }));
}

const SHARED_FILES = SECTIONS.map((section) => `${section.replaceAll("_", "-")}.yaml`);

function byName(a: Plain, b: Plain): number {
  const [one, other] = [a, b].map((object) => JSON.stringify([nameOf(object), object.id]));
  return (one ?? "") < (other ?? "") ? -1 : 1;
}
