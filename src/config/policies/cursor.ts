import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { Fault, Place } from "../../core/place.ts";
import { checkSchema } from "../check-schema.ts";
import { messageAt, type Path } from "../path.ts";
import type { Source } from "../source.ts";

/** A position in a policy file: knows its place, and takes down what is wrong there. */
export class Cursor {
  constructor(
    readonly source: Source,
    readonly path: Path,
    private readonly faults: Fault[],
  ) {}

  at(...steps: Path): Cursor {
    return new Cursor(this.source, [...this.path, ...steps], this.faults);
  }

  get place(): Place {
    return this.source.placeOf(this.path);
  }

  /** The value here when it has the shape of `schema`; otherwise null, and its faults are taken down. */
  read<T extends TSchema>(schema: T): Static<T> | null {
    const checked = checkSchema(schema, this.source, this.path);
    this.faults.push(...checked.faults);
    return "value" in checked ? checked.value : null;
  }

  /** The value here, whatever it is. */
  get value(): unknown {
    return this.read(Type.Unknown());
  }

  /** Takes down what is wrong here, and how to mend it. */
  report(message: string): null {
    this.faults.push({ place: this.place, message: messageAt(this.path, message) });
    return null;
  }
}

/** Renders a place inside a message. */
export function showPlace({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
