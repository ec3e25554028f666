import { KindGuard, type TSchema } from "@sinclair/typebox";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";

type Scalar = string | number | boolean;

/** Which branch of a union the author meant, as far as the value tells. */
export type BranchChoice =
  /** One branch, and what is wrong under it. */
  | { readonly kind: "branch"; readonly errors: readonly ValueError[] }
  /** The key that selects the branch holds none of its constants; `value` is undefined where it is missing. */
  | {
      readonly kind: "discriminator";
      readonly key: string;
      readonly value: unknown;
      readonly constants: readonly Scalar[];
    }
  /** Keys that each belong to another branch. */
  | { readonly kind: "rivals"; readonly keys: readonly string[] }
  /** No key belongs to any branch. */
  | { readonly kind: "keys"; readonly unknown: readonly string[]; readonly known: readonly string[] }
  /** The value is of a type that no branch takes. */
  | { readonly kind: "none" };

interface Branch {
  readonly schema: TSchema;
  readonly errors: readonly ValueError[];
}

/** Chooses by the discriminator if the branches have one, else by the keys they share with the value. */
export function chooseBranch(error: ValueError): BranchChoice {
  const { schema, path, value } = error;
  const branches = (schema.anyOf as readonly TSchema[]).map((branch, index): Branch => {
    return { schema: branch, errors: [...(error.errors[index] ?? [])] };
  });
  const fitting = branches.filter(({ errors }) => !errors.some((each) => isTypeError(each, path)));
  const [first] = fitting;
  if (!first) return { kind: "none" };
  if (fitting.length === 1 || !isObject(value)) return { kind: "branch", errors: first.errors };
  return chooseByDiscriminator(fitting, value) ?? chooseByKeys(fitting, value);
}

function chooseByDiscriminator(
  branches: readonly Branch[],
  value: Readonly<Record<string, unknown>>,
): BranchChoice | null {
  const key = discriminatorOf(branches.map(({ schema }) => schema));
  if (key === null) return null;
  const constants = new Set<Scalar>();
  const matching: Branch[] = [];
  for (const branch of branches) {
    const own = constantsOf(branch.schema.properties[key]) ?? [];
    for (const constant of own) constants.add(constant);
    if (own.some((constant) => constant === value[key])) matching.push(branch);
  }
  if (matching.length === 0) {
    return { kind: "discriminator", key, value: value[key], constants: [...constants] };
  }
  return matching.length === 1 ? bestOf(matching) : chooseByKeys(matching, value);
}

function chooseByKeys(branches: readonly Branch[], value: Readonly<Record<string, unknown>>): BranchChoice {
  const given = Object.keys(value);
  const shared = (branch: Branch) => given.filter((key) => keysOf(branch.schema).includes(key)).length;
  const most = Math.max(...branches.map(shared));
  const known = new Set(branches.flatMap(({ schema }) => keysOf(schema)));
  const rivals = given.filter((key) => known.has(key));
  if (most === 1 && rivals.length > 1) return { kind: "rivals", keys: rivals };
  if (most > 0) return bestOf(branches.filter((branch) => shared(branch) === most));
  return { kind: "keys", unknown: given, known: [...known] };
}

function bestOf(branches: readonly Branch[]): BranchChoice {
  const [best] = branches.toSorted((a, b) => a.errors.length - b.errors.length);
  return best ? { kind: "branch", errors: best.errors } : { kind: "none" };
}

/** The key that every branch demands with constants of its own. */
function discriminatorOf(schemas: readonly TSchema[]): string | null {
  const [first] = schemas;
  for (const key of first ? keysOf(first) : []) {
    if (schemas.every((schema) => schema.properties?.[key] && constantsOf(schema.properties[key])))
      return key;
  }
  return null;
}

/** The closed list of scalars that a schema is; null where it is something else. */
export function constantsOf(schema: TSchema): readonly Scalar[] | null {
  if (KindGuard.IsLiteral(schema)) return [schema.const];
  if (!KindGuard.IsUnion(schema)) return null;
  const constants = schema.anyOf.map(constantsOf);
  return constants.every((each) => each !== null) ? constants.flat() : null;
}

/** The keys that an object schema knows, those of all its parts included. */
export function keysOf(schema: TSchema): readonly string[] {
  if (KindGuard.IsObject(schema)) return Object.keys(schema.properties);
  if (KindGuard.IsIntersect(schema)) return schema.allOf.flatMap(keysOf);
  if (KindGuard.IsUnion(schema)) return schema.anyOf.flatMap(keysOf);
  return [];
}

const TYPE_ERRORS: ReadonlySet<ValueErrorType> = new Set([
  ValueErrorType.Array,
  ValueErrorType.Boolean,
  ValueErrorType.Integer,
  ValueErrorType.Literal,
  ValueErrorType.Never,
  ValueErrorType.Null,
  ValueErrorType.Number,
  ValueErrorType.Object,
  ValueErrorType.String,
]);

function isTypeError({ type, path, value }: ValueError, at: string): boolean {
  if (path !== at) return false;
  return TYPE_ERRORS.has(type) || (type === ValueErrorType.Kind && typeof value !== "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
