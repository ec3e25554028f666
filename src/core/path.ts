/** The paths of an application. */
export interface PathPattern {
  /** Canonical, as in readings: equal patterns have equal texts. `/` for every path. */
  readonly text: string;
  /** The literal text around the wildcards; a single `""` for every path. */
  readonly pieces: readonly [string, ...string[]];
  /** Characters that are not wildcards: the more, the more specific. */
  readonly literalLength: number;
}

/**
 * Every path that a server could take a request target for. They start with `/` and end with none;
 * ASCII is decoded but where that would change what the path means.
 */
export type PathReadings = readonly [string, ...string[]];

/** What is longer, or reads in more ways, was made to confuse. Plain paths have no such limit. */
const MAX_UNPLAIN_LENGTH = 2_048;
const MAX_READINGS = 64;

/** What gives a path more than one spelling or more than one reading. */
const NOT_PLAIN = /[^!-~]|[#%;\\]|\/\/|\/\.\.?(?:\/|$)/;
/** The same for patterns once decoded: a space is text there, and what is not ASCII stays encoded. */
const NOT_PLAIN_PATTERN = /[^ -~]|[#;?\\]|%(?![89A-F])|\/\/|\/\.\.?(?:\/|$)/;
const NOT_A_PATH = /[^!-~]|#/;
const NOT_A_QUERY = /[^!-~\u0080-\u{10ffff}]|#/u;
const CONTROL = /\p{Cc}/u;

const SLASH = 47;
const ENCODED = /%[\da-f]{2}/gi;
const ENCODED_ASCII = /%([0-7][\da-f])/gi;
/** ASCII without `#`, `%`, `.`, `/`, `;`, `?`, `\`: to decode these is to change what a path means. */
const ENCODED_PLAIN = /%(?!2[35ef]|3[bf]|5c)([0-7][\da-f])/gi;

/** What proxies, servers and frameworks do to a path, in any order and as often as they like. */
const REWRITES: readonly ((path: string) => string)[] = [
  (path) => decode(path, ENCODED_ASCII),
  (path) => path.replaceAll("%2F", "/"),
  (path) => path.replaceAll("%5C", "\\"),
  (path) => path.replaceAll("\\", "/"),
  (path) => path.replace(/\/{2,}/g, "/"),
  (path) => path.replace(/;[^/]*/g, ""),
  (path) => path.replace(/(?:[?#]|%3F|%23).*$/, ""),
  resolveDots,
  unifyEscapes,
];

/**
 * Reads the path of an application: `""`, `/` and `/*` are every path; `/a` is itself and what is
 * below it; `*` stands for any text, slashes too, at most once between two slashes. Null for
 * anything else, and for a path that requests could spell in several ways.
 */
export function parsePathPattern(text: string): PathPattern | null {
  const whole = text.replace(/([^/])\/$/, "$1");
  if (whole === "" || whole === "/" || whole === "/*") return { text: "/", pieces: [""], literalLength: 0 };
  const pieces = whole.split("*").map(readPiece);
  const [head, ...others] = pieces.filter((piece) => piece !== null);
  if (!head?.startsWith("/") || others.length < pieces.length - 1) return null;
  const canonical = [head, ...others].join("*");
  if (NOT_PLAIN_PATTERN.test(canonical) || /\*[^/]*\*/.test(canonical)) return null;
  return { text: canonical, pieces: [head, ...others], literalLength: canonical.length - others.length };
}

/**
 * Reads the target of a request (RFC 9112 origin-form); from the `?` on it takes no part. Null where
 * it is malformed: a raw `#`, control or non-ASCII character, a bad escape, an encoded NUL.
 */
export function readPath(target: string): PathReadings | null {
  const end = target.indexOf("?");
  const path = end < 0 ? target : target.slice(0, end);
  if (!path.startsWith("/") || (end >= 0 && NOT_A_QUERY.test(target.slice(end)))) return null;
  return NOT_PLAIN.test(path) ? readUnplain(path) : [dropFinalSlashes(path)];
}

/** Whether the pattern covers a path, given as one of its readings or as the text of a pattern. */
export function coversPath({ pieces }: PathPattern, path: string): boolean {
  const [head, ...others] = pieces;
  if (!path.startsWith(head)) return false;
  const last = others.pop();
  if (last === undefined) return endsSegment(path, head.length);
  let at = head.length;
  for (const piece of others) {
    const found = path.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  // The last piece may stand anywhere behind, as long as a whole segment ends with it.
  for (let found = path.indexOf(last, at); found >= 0; found = path.indexOf(last, found + 1)) {
    if (last === "" || endsSegment(path, found + last.length)) return true;
  }
  return false;
}

/** Whether some path is covered by both patterns. */
export function pathsOverlap(a: PathPattern, b: PathPattern): boolean {
  const [headA] = a.pieces;
  const [headB] = b.pieces;
  // A wildcard reaches across slashes and what is below counts: only the beginnings can differ.
  const meets = (pattern: PathPattern, head: string, other: string) =>
    other.startsWith(head) && (pattern.pieces.length > 1 || endsSegment(other, head.length));
  return meets(a, headA, headB) || meets(b, headB, headA);
}

/** All that REWRITES make of the path, and what they make of that. */
function readUnplain(path: string): PathReadings | null {
  const written = NOT_A_PATH.test(path) || path.length > MAX_UNPLAIN_LENGTH ? null : decodePlain(path);
  if (written === null) return null;
  const forms = new Set([written]);
  for (const form of forms) {
    if (CONTROL.test(form) || forms.size > MAX_READINGS) return null;
    for (const rewrite of REWRITES) forms.add(rewrite(form));
  }
  const [first, ...others] = new Set([...forms].map(dropFinalSlashes));
  return first === undefined ? null : [first, ...others];
}

/** One piece of a pattern, canonical; null where it is not well encoded, or hides a `*`. */
function readPiece(piece: string): string | null {
  if (!piece.isWellFormed()) return null;
  const decoded = decodePlain(piece.replace(/[\u0080-\u{10ffff}]+/gu, encodeURIComponent));
  return decoded?.includes("*") ? null : decoded;
}

/** Decodes what has no meaning but itself; null where an escape is broken or not UTF-8. */
function decodePlain(path: string): string | null {
  try {
    decodeURIComponent(path);
  } catch {
    return null;
  }
  return unifyEscapes(decode(path, ENCODED_PLAIN));
}

function decode(path: string, which: RegExp): string {
  return path.replace(which, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function unifyEscapes(path: string): string {
  return path.replace(ENCODED, (triplet) => triplet.toUpperCase());
}

/** RFC 3986, 5.2.4; empty segments count. */
function resolveDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.slice(1).split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  return `/${kept.join("/")}`;
}

function dropFinalSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === SLASH) end--;
  return path.slice(0, end);
}

function endsSegment(path: string, at: number): boolean {
  return at === path.length || path.charCodeAt(at) === SLASH;
}
