import { type Static, type TObject, type TSchema, type TString, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";
import type {
  FactName,
  Groups,
  KeyedAttributeName,
  KeyedAttributes,
  KeyedFactName,
  OwnFactName,
  PlainAttributeName,
  PlainAttributes,
} from "./core/attribute.ts";
import type { Email } from "./core/email.ts";
import type { IpAddress } from "./core/ip-address.ts";
import { explainMismatch } from "./core/mismatch.ts";

/** TypeBox, for the schemas of a plugin. */
export { Type as t };

/** Schema of a path in a plugin's configuration: a plugin is given it absolute, from the folder of `postern.yaml`. */
export function filePath(options: { readonly description?: string } = {}): TString {
  return Type.String({ ...options, minLength: 1, [PATH]: true });
}

/** Keyword of the schemas that `filePath` makes. */
export const PATH = "x-path";

/** Schema of where an API is: over TLS, or on this machine. Without a slash at its end, so that a path can follow. */
export function apiUrl(options: { readonly description?: string } = {}): TString {
  return Type.String({
    ...options,
    pattern: "^(?:https://|http://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?=[:/]|$))[^?#]*[^/?#]$",
    title: "an https:// address without a slash at its end",
  });
}

/**
 * The value, which meets `schema`. Throws a `SyntaxError` that says where it does not (`on_call: expected a
 * boolean`) and never repeats it: what was asked for is then unknown, as malformed.
 */
export function readAs<T extends TSchema>(schema: T, value: unknown): Static<T> {
  if (Value.Check(schema, value)) return value;
  throw new SyntaxError(explainMismatch(schema, value));
}

/** What only the request itself can say, and what no plugin may say for it. */
type Asserted =
  | "identity.subject"
  | "identity.login_method"
  | "identity.login_method_type"
  | "network.ip"
  | "device.id"
  | "device.asserted_posture"
  | `credential.${string}`;

/** Attributes that a plugin may provide, beside its own. A keyed one is named without its key. */
export type ProvidableName = Exclude<PlainAttributeName | KeyedAttributeName, Asserted>;

/** Attributes that belong to one identity provider, and count only for logins that used it. */
export type IdpAttributeName =
  | "identity.groups"
  | "identity.saml_attributes"
  | "identity.oidc_claims"
  | "identity.authentication_contexts";

/** Attributes that a plugin may ask for first: what names a person, a device or a network. */
export type NeedableName =
  | "identity.subject"
  | "identity.email"
  | Extract<PlainAttributeName, `network.${string}` | `device.${string}`>
  | OwnFactName;

/** A value as plugins write it: text for addresses, lists for sets, objects for maps. */
type Plain<T> = T extends Email | IpAddress
  ? string
  : T extends ReadonlySet<infer V>
    ? readonly V[]
    : T extends ReadonlyMap<string, infer V>
      ? { readonly [key: string]: Plain<V> }
      : T extends readonly (infer V)[]
        ? readonly Plain<V>[]
        : T extends object
          ? { readonly [K in keyof T]: Plain<T[K]> }
          : T;

type IsCollection<T> = T extends
  | Groups
  | ReadonlySet<unknown>
  | ReadonlyMap<string, unknown>
  | readonly unknown[]
  ? true
  : false;

/** What a plugin says of an attribute, as it is written in an answer. */
export type AnswerOf<A extends PlainAttributeName | KeyedAttributeName> = A extends PlainAttributeName
  ? Plain<PlainAttributes[A]>
  : A extends KeyedAttributeName
    ? Plain<KeyedAttributes[A]>
    : never;

/** A value with what is to be known of it: whether it is whole, and since when it is so. */
export class Stated<T, Complete extends boolean> {
  constructor(
    readonly value: T,
    readonly complete: Complete,
    /** Milliseconds since the epoch; null for when the plugin was asked. */
    readonly learntAt: number | null,
  ) {}
}

/** A part of a collection: what is in it is so, what is not in it may be so all the same. */
export function partial<T>(value: T): Stated<T, false> {
  return new Stated(value, false, null);
}

/** What was so at `learntAt` (milliseconds since the epoch) by the source's own account. */
export function asOf<T, C extends boolean>(learntAt: number, value: Stated<T, C>): Stated<T, C>;
export function asOf<T>(learntAt: number, value: T): Stated<T, true>;
export function asOf<T>(learntAt: number, value: T | Stated<T, boolean>): Stated<T, boolean> {
  return value instanceof Stated
    ? new Stated(value.value, value.complete, learntAt)
    : new Stated(value, true, learntAt);
}

/** `null`: looked, and there is none. Left out or `undefined`: not known. */
type Statement<T, Collection extends boolean> =
  | T
  | null
  | undefined
  | Stated<T | null, true>
  | (Collection extends true ? Stated<T, false> : never);

/** Schemas of a plugin's own attributes: text, numbers, booleans, and lists of text for sets. */
export type OwnAttributes = { readonly [name: OwnFactName]: OwnSchema };
type OwnSchema = TSchema & { readonly static: string | number | boolean | string[] };
type NoAttributes = { readonly [name in never]: never };

/** What a plugin answers for one subject. A keyed attribute is an object of its keys. */
export type Answer<P extends ProvidableName, O extends OwnAttributes = NoAttributes> = {
  readonly [A in P | (keyof O & OwnFactName)]?: A extends PlainAttributeName
    ? Statement<AnswerOf<A>, IsCollection<PlainAttributes[A]>>
    : A extends KeyedAttributeName
      ? { readonly [key: string]: Statement<AnswerOf<A>, false> }
      : A extends keyof O
        ? Statement<OwnAnswer<O[A]>, OwnAnswer<O[A]> extends readonly unknown[] ? true : false>
        : never;
};
type OwnAnswer<S> = S extends OwnSchema ? Plain<Static<S>> : never;

/** Whom a plugin is asked about: the attributes that it needs, all of them known. */
export type SubjectOf<N extends NeedableName> = {
  readonly [A in N]: A extends PlainAttributeName
    ? AnswerOf<A>
    : string | number | boolean | readonly string[];
};

/** The facts a plugin may be asked for; of a keyed attribute one per key. */
type WantedName<P extends ProvidableName, O extends OwnAttributes> =
  | (P & PlainAttributeName)
  | (P extends KeyedAttributeName ? KeyedFactName<P> : never)
  | (keyof O & OwnFactName);

/** An answer, from which the compiler is not to guess what was declared. */
type Told<P extends ProvidableName, O extends OwnAttributes> = Answer<NoInfer<P>, NoInfer<O>>;

/** What an answer says beside what was declared; never where it says nothing. */
type Undeclared<A, Declared> = A extends unknown
  ? string extends keyof A
    ? never
    : Exclude<keyof A, Declared>
  : never;

/** `R`, unless it holds an answer that was not declared: then what no answer can be, which names it. */
type Exact<R, A, Declared> = [Undeclared<A, Declared>] extends [never]
  ? R
  : R & { readonly undeclared: Undeclared<A, Declared> };

/** Pairs of a subject as it was given and its answer. */
type Pairs<N extends NeedableName, A> = readonly (readonly [subject: SubjectOf<N>, answer: A])[];

/** A plugin at work. `R` is what `resolve` returns, `A` an answer of `poll`. */
export interface Source<
  P extends ProvidableName,
  N extends NeedableName,
  O extends OwnAttributes,
  R = Told<P, O> | Promise<Told<P, O>>,
  A = Told<P, O>,
> {
  /**
   * Answers for one subject; `wanted` names the facts that somebody waits for, and others may be told as well.
   * An attribute that is left out is not known of this subject. To throw says that the source is ill, for
   * which after a while nobody is asked about.
   */
  resolve(
    subject: SubjectOf<N>,
    wanted: readonly WantedName<P, O>[],
    signal: AbortSignal,
  ): (Told<P, O> | Promise<Told<P, O>>) & R & Exact<R, Awaited<R>, P | keyof O>;
  /** Answers for many: pairs of a subject, the very object that was given, and its answer. Who is left out is unknown. */
  poll?(
    subjects: readonly SubjectOf<N>[],
    signal: AbortSignal,
  ): Promise<Pairs<N, Told<P, O> & A & Exact<A, A, P | keyof O>>>;
  /** Lets go of what `setup` opened. */
  dispose?(): void | Promise<void>;
}

/** The standard `fetch`, kept within bounds. */
export type HostFetch = (
  url: string | URL,
  init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
    readonly signal?: AbortSignal;
  },
) => Promise<Response>;

/** All that a plugin is handed. */
export interface Host {
  /**
   * Asks an HTTP server. Resolves for 2xx and 404, with the body read; throws for every other status, for
   * redirects, for addresses that the provider may not reach, and for what is too slow or too large.
   */
  readonly fetch: HostFetch;
  /**
   * The addresses of a host, for whoever speaks another protocol: connect to one of these, and to no name.
   * Throws for a host that the provider may not reach.
   */
  readonly lookUp: (host: string) => Promise<readonly string[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Says one thing to whoever runs Postern; no secrets. */
  readonly log: (message: string) => void;
}

/** What `definePlugin` takes. */
export type Definition<
  P extends ProvidableName,
  N extends NeedableName,
  C extends TObject,
  O extends OwnAttributes,
  R extends Told<P, O> | Promise<Told<P, O>> = Told<P, O> | Promise<Told<P, O>>,
  A extends Told<P, O> = Told<P, O>,
> = {
  readonly name: string;
  /** Attributes that Postern knows and that this plugin tells; `attributes` declares those of its own. */
  readonly provides: readonly P[];
  /** Attributes to be known before this plugin can be asked. */
  readonly needs?: readonly N[];
  /** Unknown keys are refused, on every level. */
  readonly config: C;
  /** Attributes of its own, as they are used by posture rules of `type: attribute`. */
  readonly attributes?: O & { readonly [name in Exclude<keyof O, OwnFactName>]: never };
  /** Starts the plugin; `config` meets the schema. */
  setup(config: Static<C>, host: Host): Source<P, N, O, R, A> | Promise<Source<P, N, O, R, A>>;
} & ([P & IdpAttributeName] extends [never]
  ? { readonly idp?: never }
  : {
      /** The key of `config` that holds the id of the identity provider whose logins this is about. */
      readonly idp: keyof Static<C> & string;
    }) &
  ([P & "device.provider"] extends [never]
    ? { readonly connection?: never }
    : {
        /** The key of `config` that holds the id of the connection that its records are of. */
        readonly connection?: keyof Static<C> & string;
      });

/** A subject whose attributes nobody has looked at yet. */
export type PlainSubject = Readonly<Record<string, unknown>>;

/** A plugin as the host sees it: inert, its types checked when it was defined and no longer known. */
export interface Plugin {
  readonly name: string;
  /** Without its own attributes. */
  readonly provides: readonly ProvidableName[];
  readonly needs: readonly NeedableName[];
  readonly attributes: OwnAttributes;
  readonly config: TObject;
  /** Key of `config`; null where what it provides belongs to no identity provider. */
  readonly idp: string | null;
  /** Key of `config`; null where its records of devices are of no one connection. */
  readonly connection: string | null;
  /** Where the configuration says what it provides: the plugin that a `config` which meets the schema makes of it. */
  readonly configured?: (config: unknown) => Plugin;
  /** Starts it; `config` must meet the schema. */
  start(config: unknown, host: Host): Promise<StartedPlugin>;
}

/** A started plugin; its answers are not to be believed before they are checked. */
export interface StartedPlugin {
  resolve(subject: PlainSubject, wanted: readonly FactName[], signal: AbortSignal): Promise<unknown>;
  readonly poll: ((subjects: readonly PlainSubject[], signal: AbortSignal) => Promise<unknown>) | null;
  dispose(): Promise<void>;
}

/** Describes a plugin. Nothing runs before the host starts it. */
export function definePlugin<
  P extends ProvidableName,
  C extends TObject,
  N extends NeedableName = never,
  O extends OwnAttributes = NoAttributes,
  R extends Told<P, O> | Promise<Told<P, O>> = Told<P, O> | Promise<Told<P, O>>,
  A extends Told<P, O> = Told<P, O>,
>(definition: Definition<P, N, C, O, R, A>): Plugin {
  const { name, provides, config } = definition;
  const needs: readonly N[] = definition.needs ?? [];
  const attributes: OwnAttributes = definition.attributes ?? {};
  const check = TypeCompiler.Compile(config);
  const isSubject = (subject: object): subject is SubjectOf<N> =>
    needs.every((need) => Object.hasOwn(subject, need));
  const isWanted = (fact: string): fact is WantedName<P, O> =>
    Object.hasOwn(attributes, fact) ||
    provides.some((attribute) => fact === attribute || fact.startsWith(`${attribute}:`));
  return {
    name,
    provides,
    needs,
    attributes,
    config,
    idp: definition.idp ?? null,
    connection: definition.connection ?? null,
    async start(given, host) {
      if (!check.Check(given)) throw new TypeError(`plugin ${name}: its config does not meet its schema`);
      const source = await definition.setup(given, host);
      const { poll } = source;
      return {
        async resolve(subject, wanted, signal) {
          if (!isSubject(subject)) throw new TypeError("the subject lacks what the plugin needs");
          return source.resolve(subject, wanted.filter(isWanted), signal);
        },
        poll:
          poll === undefined
            ? null
            : async (subjects, signal) => poll.call(source, subjects.filter(isSubject), signal),
        dispose: async () => source.dispose?.(),
      };
    },
  };
}
