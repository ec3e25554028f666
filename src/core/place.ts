/** Where something was written: a file and a position in it, both counted from one. */
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

/** Renders a fault as `file:line:column  message`. */
export function renderFault({ place, message }: Fault): string {
  return `${place.file}:${place.line}:${place.column}  ${message}`;
}
