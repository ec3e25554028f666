import type { TSchema } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import { describeSchema, describeValue, showScalar } from "./describe-schema.ts";
import { showKey } from "./path.ts";
import { chooseBranch, constantsOf, keysOf } from "./schema-branch.ts";
import { suggest } from "./suggest.ts";
import { isTextSchema, refusalOf } from "./text-schema.ts";

/** A fault before it has a place: `pointer` is a JSON pointer (RFC 6901) into the value. */
export interface Explanation {
  readonly pointer: string;
  /** Whether the message is about the key that ends the pointer, its missing value or its value. */
  readonly about: "key" | "missing" | "value";
  readonly message: string;
}

/** Says whether the value at a JSON pointer may appear in a message. */
export type Shows = (pointer: string) => boolean;

const MAX_SHOWN_LENGTH = 40;

/** Turns one error of TypeBox into what a person can act on; a union's error becomes its best branch's. */
export function explainError(error: ValueError, shows: Shows): readonly Explanation[] {
  const { type, schema, path: pointer, value } = error;
  // A missing value is said once, as a missing key.
  if (value === undefined && type !== ValueErrorType.ObjectRequiredProperty) return [];
  const about = (message: string): readonly Explanation[] => [{ pointer, about: "value", message }];
  switch (type) {
    case ValueErrorType.ObjectRequiredProperty:
      return [{ pointer, about: "missing", message: `the key ${lastKey(pointer)} is missing` }];
    case ValueErrorType.ObjectAdditionalProperties:
    case ValueErrorType.IntersectUnevaluatedProperties:
      return [{ pointer, about: "key", message: unknownKey(pointer, keysOf(schema)) }];
    case ValueErrorType.Union:
      return explainUnion(error, shows);
    // Its parts have said what is wrong.
    case ValueErrorType.Intersect:
      return [];
    case ValueErrorType.Kind:
      if (isTextSchema(schema) && typeof value === "string")
        return about(refusalOf(schema, value) ?? "not valid");
      return about(wrongType(error, shows));
    case ValueErrorType.Never:
      return [{ pointer, about: "key", message: schema.description ?? "not supported here; remove it" }];
    case ValueErrorType.Literal:
      return about(wrongChoice(value, [schema.const], shows(pointer) && schema.writeOnly !== true));
    default: {
      const demand = DEMANDS[type]?.(schema);
      if (demand !== undefined) return about(schema.title ? `expected ${schema.title}` : demand);
      return about(wrongType(error, shows));
    }
  }
}

/** Demands on a value of the right type. */
const DEMANDS: { readonly [type in ValueErrorType]?: (schema: TSchema) => string } = {
  [ValueErrorType.ArrayMinItems]: ({ minItems }) =>
    minItems === 1 ? "the list is empty; it needs an entry" : `the list needs at least ${minItems} entries`,
  [ValueErrorType.ArrayMaxItems]: ({ maxItems }) => `the list may have at most ${maxItems} entries`,
  [ValueErrorType.ArrayUniqueItems]: () => "the list holds the same entry twice; keep one",
  [ValueErrorType.IntegerMinimum]: ({ minimum }) => `expected at least ${minimum}`,
  [ValueErrorType.IntegerMaximum]: ({ maximum }) => `expected at most ${maximum}`,
  [ValueErrorType.IntegerExclusiveMinimum]: ({ exclusiveMinimum }) =>
    `expected more than ${exclusiveMinimum}`,
  [ValueErrorType.IntegerExclusiveMaximum]: ({ exclusiveMaximum }) =>
    `expected less than ${exclusiveMaximum}`,
  [ValueErrorType.NumberMinimum]: ({ minimum }) => `expected at least ${minimum}`,
  [ValueErrorType.NumberMaximum]: ({ maximum }) => `expected at most ${maximum}`,
  [ValueErrorType.NumberExclusiveMinimum]: ({ exclusiveMinimum }) => `expected more than ${exclusiveMinimum}`,
  [ValueErrorType.NumberExclusiveMaximum]: ({ exclusiveMaximum }) => `expected less than ${exclusiveMaximum}`,
  [ValueErrorType.ObjectMinProperties]: ({ minProperties }) => `expected at least ${minProperties} keys`,
  [ValueErrorType.ObjectMaxProperties]: ({ maxProperties }) => `expected at most ${maxProperties} keys`,
  [ValueErrorType.StringMinLength]: ({ minLength }) =>
    minLength === 1 ? "expected text, found an empty one" : `expected at least ${minLength} characters`,
  [ValueErrorType.StringMaxLength]: ({ maxLength }) => `expected at most ${maxLength} characters`,
  [ValueErrorType.StringPattern]: ({ pattern }) => `expected text that matches ${pattern}`,
  [ValueErrorType.StringFormat]: ({ format }) => `expected text in the format ${format}`,
};

function explainUnion(error: ValueError, shows: Shows): readonly Explanation[] {
  const { schema, path: pointer, value } = error;
  const constants = constantsOf(schema);
  if (constants) {
    const message = wrongChoice(value, constants, shows(pointer) && schema.writeOnly !== true);
    return [{ pointer, about: "value", message }];
  }
  const choice = chooseBranch(error);
  switch (choice.kind) {
    case "branch":
      return choice.errors.flatMap((each) => explainError(each, shows));
    case "discriminator": {
      const at = `${pointer}/${choice.key}`;
      if (choice.value === undefined) {
        return [
          {
            pointer: at,
            about: "missing",
            message: `the key ${lastKey(at)} is missing: ${oneOf(choice.constants)}`,
          },
        ];
      }
      return [
        { pointer: at, about: "value", message: wrongChoice(choice.value, choice.constants, shows(at)) },
      ];
    }
    case "rivals": {
      const message = `only one of ${choice.keys.join(", ")} may stand here; make an entry of each`;
      return [{ pointer, about: "value", message }];
    }
    case "keys":
      if (choice.unknown.length === 0) {
        return [{ pointer, about: "value", message: `expected one of the keys ${choice.known.join(", ")}` }];
      }
      return choice.unknown.map((key) => {
        const at = `${pointer}/${escapeKey(key)}`;
        return { pointer: at, about: "key", message: unknownKey(at, choice.known) };
      });
    case "none":
      return [{ pointer, about: "value", message: wrongType(error, shows) }];
  }
}

function wrongType({ schema, path, value }: ValueError, shows: Shows): string {
  const found = describeValue(value, shows(path) && schema.writeOnly !== true);
  return `expected ${describeSchema(schema)}, found ${found}`;
}

type Scalar = string | number | boolean;

function wrongChoice(value: unknown, constants: readonly Scalar[], shown: boolean): string {
  const expected = `expected ${oneOf(constants)}`;
  if (typeof value !== "string") return `${expected}, found ${describeValue(value, shown)}`;
  if (!shown || value.length > MAX_SHOWN_LENGTH) return expected;
  const near = suggest(
    value,
    constants.filter((constant) => typeof constant === "string"),
  );
  return `${expected}, found ${showScalar(value)}${near ? `; did you mean ${showScalar(near)}?` : ""}`;
}

function oneOf(constants: readonly Scalar[]): string {
  const shown = constants.map(showScalar).join(", ");
  return constants.length > 1 ? `one of ${shown}` : shown;
}

function unknownKey(pointer: string, known: readonly string[]): string {
  const key = pointerSteps(pointer).at(-1) ?? "";
  const unknown = `unknown key ${showKey(key)}`;
  const near = suggest(key, known);
  if (near !== null) return `${unknown}; did you mean ${showKey(near)}?`;
  return known.length === 0 ? unknown : `${unknown} (allowed: ${known.toSorted().join(", ")})`;
}

function lastKey(pointer: string): string {
  return showKey(pointerSteps(pointer).at(-1) ?? "");
}

/** The unescaped steps of a JSON pointer. */
export function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
