/** Where log lines go; a line ends in a newline. */
export interface LogDestination {
  write(line: string): void;
}

/** DEL, C1 controls, line separators and direction marks: JSON leaves them as they are, terminals obey them. */
const CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** What no log may hold, wherever it comes from: tokens, service-token secrets, credentials of a URL. */
const SECRETS = /\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*|\bcfast_\w{16,}|(?<=:\/\/)[^\s/"@]+(?=@)/g;

/** Passes JSON lines on to `destination` with controls escaped and what looks like a secret masked. */
export function guardLines(destination: LogDestination): LogDestination {
  return {
    write: (line) => destination.write(line.replace(SECRETS, "[secret]").replace(CONTROLS, escapeControl)),
  };
}

function escapeControl(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
