const decodeOnce = (path: string) =>
  path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** RFC 3986, 6.2.2: the same path, as equal paths are compared. */
const normalise = (path: string) =>
  path.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase()).replaceAll("%61", "a");

function resolveDots(path: string): string {
  let resolved = path;
  for (let before = ""; before !== resolved; ) {
    before = resolved;
    resolved = resolved
      .replace(/\/\.(?=\/|$)/, "")
      .replace(/(^|\/[^/]*)\/\.\.(?=\/|$)/, "")
      .replace(/^(?!\/)/, "/");
  }
  return resolved;
}

/** What servers make of a path, each in a way of its own. */
export const SERVERS: Readonly<Record<string, (path: string) => string>> = {
  "takes it as it is": normalise,
  "follows the URL standard": (path) => normalise(new URL(`http://host${path}`).pathname),
  "decodes, merges and resolves, like nginx": (path) => resolveDots(decodeOnce(path).replace(/\/+/g, "/")),
  "drops parameters, then decodes, like Tomcat": (path) =>
    resolveDots(decodeOnce(path.replace(/;[^/]*/g, ""))),
  "decodes twice and takes backslashes, as IIS did": (path) =>
    resolveDots(decodeOnce(decodeOnce(path)).replaceAll("\\", "/")),
  "resolves before it decodes and after": (path) => resolveDots(decodeOnce(resolveDots(path))),
  "decodes slashes only, then resolves": (path) =>
    resolveDots(normalise(path).replace(/%2F/g, "/").replace(/%2E/g, ".")),
  "cuts where an escape hid a query": (path) => resolveDots(decodeOnce(path).replace(/[?#].*$/, "")),
};
