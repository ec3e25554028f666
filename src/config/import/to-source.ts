import type { Place } from "../../core/place.ts";
import type { Source } from "../source.ts";

/** A value as the codec reads it, every part of which stands at `place`. */
export function toSource(value: unknown, place: Place): Source {
  return { file: place.file, value, placeOf: () => place, placeOfKey: () => place, hides: () => false };
}
