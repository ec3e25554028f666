import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { Fault } from "../../core/place.ts";
import type { Source } from "../source.ts";
import { idInFileName } from "./file-scope.ts";
import type { Findings } from "./find-objects.ts";

const Paged = Type.Object({
  result: Type.Array(Type.Unknown()),
  result_info: Type.Object({
    page: Type.Optional(Type.Integer({ minimum: 1 })),
    per_page: Type.Optional(Type.Integer({ minimum: 0 })),
    count: Type.Optional(Type.Integer({ minimum: 0 })),
    total_count: Type.Integer({ minimum: 0 }),
  }),
});
const PAGED = TypeCompiler.Compile(Paged);

interface Page {
  readonly source: Source;
  readonly info: Static<typeof Paged>["result_info"];
  readonly objects: number;
}

/** Lists of the API of which not every page is there: what is missing may be the Block that counts. */
export function findMissingPages(files: readonly { source: Source; found: Findings }[]): readonly Fault[] {
  const pages = files.flatMap(({ source, found }): readonly (readonly [string, Page])[] => {
    const { value } = source;
    if (!PAGED.Check(value)) return [];
    const info = value.result_info;
    const list = [found.objects[0]?.shape, idInFileName(source.file), info.total_count, info.per_page];
    return [[JSON.stringify(list), { source, info, objects: found.objects.length }]];
  });
  return [...Map.groupBy(pages, ([list]) => list).values()].flatMap((group) =>
    missingOf(group.map(([, page]) => page)),
  );
}

function missingOf(pages: readonly Page[]): readonly Fault[] {
  const [first] = pages;
  if (first === undefined) return [];
  const distinct = new Map(pages.map((page) => [page.info.page ?? 1, page.objects]));
  const found = [...distinct.values()].reduce((sum, objects) => sum + objects, 0);
  const total = first.info.total_count;
  if (found >= total) return [];
  const message = `${found} of ${total} objects are here; export every page, and import their files together`;
  return [{ place: first.source.placeOf(["result_info"]), message }];
}
