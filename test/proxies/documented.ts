import { TOP } from "../meta/source-files.ts";

/** Where things are on this machine, for what the documentation writes. */
export type Places = Readonly<Record<string, string>>;

/**
 * A file of `docs/proxies` as it stands, but for the places that its readers fill in, too. Throws where one
 * of them is not in the file: a test of a file that was changed would test something else.
 */
export async function readDocumented(name: string, places: Places): Promise<string> {
  let text = await Bun.file(`${TOP}/docs/proxies/${name}`).text();
  for (const [written, here] of Object.entries(places)) {
    if (!text.includes(written)) throw new Error(`docs/proxies/${name} does not hold ${written}`);
    text = text.replaceAll(written, here);
  }
  return text;
}
