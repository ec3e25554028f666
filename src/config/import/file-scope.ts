import { basename } from "node:path";

const ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/i;

/**
 * The id in the name of a file. What the API lists below an application or a list does not say where it belongs;
 * the name of the file does.
 */
export function idInFileName(file: string): string | null {
  return ID.exec(basename(file))?.[0].toLowerCase() ?? null;
}
