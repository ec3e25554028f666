/** The way from the top of a document to a value in it: keys and list positions. */
export type Path = readonly (string | number)[];

const MAX_KEY_LENGTH = 60;

/** A key as it is shown in a message: quoted, escaped, and cut where it is long. */
export function showKey(key: string): string {
  return JSON.stringify(key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key);
}

/** Renders a path as people write it: `proxies[0].peers`. */
export function showPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[\w-]{1,60}$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${showKey(step)}]`;
  }
  return text;
}

/** Puts the path before a message about the value there: `verdict.ttl: expected …`. */
export function messageAt(path: Path, message: string): string {
  return path.length === 0 ? message : `${showPath(path)}: ${message}`;
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(childAt, value);
}

/** The value one step down; undefined where there is none. */
export function childAt(value: unknown, step: string | number): unknown {
  if (Array.isArray(value)) return typeof step === "number" ? value[step] : undefined;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string | number, unknown>)[step];
}
