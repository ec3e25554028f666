import { AnswerError } from "../support/answer-error.ts";
import { mapFewAtOnce } from "./few-at-once.ts";
import { type Find, type Found, onlyOf, UNSURE } from "./found.ts";
import type { Match } from "./match.ts";
import type { Scope } from "./path.ts";
import { type Ask, compileReadRecords } from "./read-records.ts";
import { ALL, compileRequest } from "./request.ts";
import type { ManySource, StepSource } from "./source-schema.ts";
import { compileTemplate, type Template } from "./template.ts";

/** What is found for each of several subjects, in their order. */
export type FindMany = (scopes: readonly Scope[], ask: Ask) => Promise<readonly Found[]>;

/**
 * Asks about as many at once as one request takes. That proves who is there, and nothing of those who are missing:
 * an API may read the question otherwise than it was meant. About them it is asked alone.
 */
export function compileFindMany(
  source: StepSource,
  many: ManySource,
  { wantedBy, heldBy }: Match,
  find: Find,
): { readonly findMany: FindMany; readonly templates: readonly Template[] } {
  const each = compileTemplate(many.each);
  const requests = compileRequest(many.request);
  const read = compileReadRecords(source, requests);

  async function findSome(some: readonly Told[], ask: Ask): Promise<readonly Found[]> {
    const texts = some.map(({ text }) => text);
    const all = many.joined === undefined ? texts : texts.join(many.joined);
    const answer = await read(new Map([...configOf(some), [ALL, all]]), ask);
    const held = Map.groupBy(answer?.complete === true ? answer.records : [], heldBy);
    return mapFewAtOnce(some, ({ scope, wanted }) => {
      const records = held.get(wanted);
      return records === undefined ? find(scope, ask) : onlyOf(records, true);
    });
  }

  return {
    templates: [each, ...requests.templates].map(withoutAll),
    async findMany(scopes, ask) {
      const told = scopes.flatMap((scope) => tell(scope, each, wantedBy));
      const found = new Map<Scope, Found>();
      for (let start = 0; start < told.length; start += many.at_most) {
        const some = told.slice(start, start + many.at_most);
        const answers = await findSome(some, ask);
        for (const [index, { scope }] of some.entries()) found.set(scope, answers[index] ?? UNSURE);
      }
      return scopes.map((scope) => found.get(scope) ?? UNSURE);
    },
  };
}

/** Somebody who can be asked about with others: what stands for them, and what tells their record. */
interface Told {
  readonly scope: Scope;
  readonly text: string;
  readonly wanted: string;
}

/** Nobody, for one of whom that is not known: the others are asked about all the same. */
function tell(scope: Scope, each: Template, wantedBy: Match["wantedBy"]): readonly Told[] {
  try {
    return [{ scope, text: each.fill(scope), wanted: wantedBy(scope) }];
  } catch (error) {
    if (error instanceof AnswerError) return [];
    throw error;
  }
}

/** What a request for many can name: not one of them. */
function configOf([first]: readonly Told[]): Scope {
  return new Map([["config", first?.scope.get("config")]]);
}

function withoutAll(template: Template): Template {
  return { ...template, paths: template.paths.filter(({ name }) => name !== ALL) };
}
