/** Where something was written: a file and a position in it, counted from one; zero is the file as a whole. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with what a person wrote, and how to mend it. */
export interface Fault {
  readonly place: Place;
  readonly message: string;
}

/** The place of what is wrong with a file, or a folder, as a whole. */
export function wholeOf(file: string): Place {
  return { file, line: 0, column: 0 };
}

/** Renders a place as `file:line:column`, and a whole file by its name alone. */
export function renderPlace({ file, line, column }: Place): string {
  return line === 0 ? file : `${file}:${line}:${column}`;
}

/** Renders a fault as `file:line:column  message`. */
export function renderFault({ place, message }: Fault): string {
  return `${renderPlace(place)}  ${message}`;
}
