import type { Host, PlainSubject, StartedPlugin } from "../../src/plugin.ts";
import { AnswerError } from "../support/answer-error.ts";
import { createAuthorizer } from "./authorize.ts";
import type { Findings, List } from "./compile-value.ts";
import { mapFewAtOnce } from "./few-at-once.ts";
import { type Found, UNSURE } from "./found.ts";
import type { Mapping } from "./mapping.ts";
import type { Scope } from "./path.ts";
import type { Ask } from "./read-records.ts";
import type { HttpSource } from "./source-schema.ts";
import type { Step } from "./step.ts";

/** A source, with its parts ready to be used. */
export interface CompiledSource {
  readonly source: HttpSource;
  readonly steps: readonly Step[];
  readonly mappings: ReadonlyMap<string, Mapping>;
}

/** What is known of one subject so far; it ends where a step finds none, or what may be another's. */
class Inquiry implements Findings {
  readonly scope: Map<string, unknown>;
  readonly lists = new Map<string, List>();
  ended: "none" | "unsure" | null = null;

  constructor(
    config: Scope,
    readonly subject: PlainSubject,
  ) {
    this.scope = new Map([...config, ["subject", subject]]);
  }

  add({ name, isOptional }: Step, found: Found): void {
    if (found.kind === "unsure") this.ended = "unsure";
    else if (found.kind === "one") this.scope.set(name, found.record);
    else if (found.kind === "all") this.lists.set(name, found);
    else if (!isOptional) this.ended = "none";
  }
}

/** Starts a source; `config` is the scope of its configuration. */
export async function startSource(
  { source, steps, mappings }: CompiledSource,
  config: Scope,
  host: Host,
): Promise<StartedPlugin> {
  const authorizer = await createAuthorizer(source.auth, config, host);
  const absent = new Set(source.absent_if_not_found ?? []);

  function askWithin(signal: AbortSignal): Ask {
    return async ({ method, url, headers, body }) => {
      const proof = await authorizer.headers();
      try {
        const request = { method, headers: { ...headers, ...proof }, signal };
        return await host.fetch(url, body === null ? request : { ...request, body });
      } catch (error) {
        if (isRefusal(error)) authorizer.forget();
        throw error;
      }
    };
  }

  /** What is not known is left out. */
  function answerOf(inquiry: Inquiry): Readonly<Record<string, unknown>> {
    const answers = [...mappings].map(([name, { read, none }]) => {
      if (inquiry.ended === null) return [name, read(inquiry)] as const;
      return [name, inquiry.ended === "none" && absent.has(name) ? none : undefined] as const;
    });
    return Object.fromEntries(answers.filter(([, answer]) => answer !== undefined));
  }

  async function inquire(subject: PlainSubject, ask: Ask): Promise<Inquiry> {
    const inquiry = new Inquiry(config, subject);
    for (const step of steps) {
      if (inquiry.ended === null) inquiry.add(step, await step.find(inquiry.scope, ask));
    }
    return inquiry;
  }

  /** An answer that makes no sense says nothing of the one it is about, and nothing against the others. */
  async function inquireOfMany(subjects: readonly PlainSubject[], ask: Ask): Promise<readonly Inquiry[]> {
    const inquiries = subjects.map((subject) => new Inquiry(config, subject));
    for (const step of steps) {
      const open = inquiries.filter(({ ended }) => ended === null);
      const scopes = open.map(({ scope }) => scope);
      const found =
        step.findMany === null
          ? await mapFewAtOnce(scopes, (scope) => step.find(scope, ask).catch(unsureIfStrange))
          : await step.findMany(scopes, ask);
      for (const [index, inquiry] of open.entries()) inquiry.add(step, found[index] ?? UNSURE);
    }
    return inquiries;
  }

  return {
    resolve: async (subject, _, signal) => answerOf(await inquire(subject, askWithin(signal))),
    poll: steps.some(({ findMany }) => findMany !== null)
      ? async (subjects, signal) => {
          const inquiries = await inquireOfMany(subjects, askWithin(signal));
          return inquiries.map((inquiry) => [inquiry.subject, answerOf(inquiry)] as const);
        }
      : null,
    dispose: async () => {},
  };
}

function unsureIfStrange(error: unknown): Found {
  if (error instanceof AnswerError) return UNSURE;
  throw error;
}

/** Tokens can be revoked before their time: after a refusal the next question brings a new one. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "refused";
}
