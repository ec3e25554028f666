/** Where log lines go, one or several at a time; each ends in a newline. */
export interface LogDestination {
  /** Bytes of a line that no other process's can tear, where several write there; unless given, any number. */
  readonly atOnceBytes?: number;
  write(lines: string): void;
}

/** DEL, C1 controls, line separators and direction marks: JSON leaves them as they are, terminals obey them. */
const CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** What no log may hold, wherever it comes from: tokens, service-token secrets, credentials of a URL. */
const SECRETS = /\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*|\bcfast_\w{16,}|(?<=:\/\/)[^\s/"@]+(?=@)/g;
/** What each of them holds: looking for that takes a tenth of the time. */
const SECRET_MARKS = ["eyJ", "cfast_", "://"] as const;

/** Passes JSON lines on to `destination`, made safe. */
export function guardLines(destination: LogDestination): LogDestination {
  return { write: (line) => destination.write(makeSafe(line)) };
}

/** JSON with controls escaped, and what looks like a secret masked. */
export function makeSafe(json: string): string {
  const masked = SECRET_MARKS.some((mark) => json.includes(mark)) ? json.replace(SECRETS, "[secret]") : json;
  return masked.replace(CONTROLS, escapeControl);
}

function escapeControl(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
