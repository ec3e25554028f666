import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

const Exchange = Type.Object(
  {
    /** Method, path and query, not encoded. */
    request: Type.String(),
    /** What the body must hold, where several requests have one address. */
    holding: Type.Optional(Type.String()),
    status: Type.Optional(Type.Integer()),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** In it and in headers `{url}` is where the server of the test is. */
    answer: Type.Unknown(),
  },
  { additionalProperties: false },
);
export type Exchange = Static<typeof Exchange>;

const Recording = Type.Object(
  {
    /** The pages that the answers follow. */
    documentation: Type.Array(Type.String(), { minItems: 1 }),
    exchanges: Type.Record(Type.String(), Type.Array(Exchange)),
  },
  { additionalProperties: false },
);
export type Recording = Static<typeof Recording>;

export async function readRecording(path: string): Promise<Recording> {
  return Value.Parse(Recording, await Bun.file(path).json());
}

/** The exchanges that a recording has under these names, in their order. */
export function exchangesOf({ exchanges }: Recording, ...names: readonly string[]): readonly Exchange[] {
  return names.flatMap((name) => {
    const found = exchanges[name];
    if (found === undefined) throw new Error(`nothing is recorded as ${name}`);
    return found;
  });
}

/** A request as the server heard it. */
export interface Heard {
  readonly request: string;
  /** As it came. */
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export type Reply = (exchange: Exchange, index: number) => Response | Promise<Response> | null;

/** A server on loopback that answers as was recorded, and nothing else. */
export function serveRecording(exchanges: readonly Exchange[], replyInstead: Reply = () => null) {
  const heard: Heard[] = [];
  const server: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request): Promise<Response> {
      const { pathname, searchParams } = new URL(request.url);
      const query = [...searchParams].map(([name, value]) => `${name}=${value}`).join("&");
      const target = `${request.method} ${decodeURIComponent(pathname)}${query === "" ? "" : `?${query}`}`;
      const body = await request.text();
      heard.push({ request: target, url: request.url, headers: request.headers, body });
      const index = exchanges.findIndex(
        (each) => each.request === target && body.includes(each.holding ?? ""),
      );
      const exchange = exchanges[index];
      if (exchange === undefined) return new Response(`not recorded: ${target}`, { status: 500 });
      const instead = await replyInstead(exchange, index);
      if (instead !== null) return instead;
      const { status = 200, headers = {}, answer } = exchange;
      const fill = (text: string) => text.replaceAll("{url}", `http://127.0.0.1:${server.port}`);
      return new Response(fill(JSON.stringify(answer)), {
        status,
        headers: {
          "content-type": "application/json",
          ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, fill(value)])),
        },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    heard,
    [Symbol.dispose]: () => void server.stop(true),
  };
}
