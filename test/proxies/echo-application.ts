import { createServer } from "node:http";

/** A request as it reached the application. */
export interface Reached {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
}

/** The application behind a proxy: answers 200, and remembers what reached it. */
export interface EchoApplication extends AsyncDisposable {
  readonly address: string;
  /** What has reached it since the last call. */
  take(): readonly Reached[];
}

export async function openEchoApplication(): Promise<EchoApplication> {
  const reached: Reached[] = [];
  const server = createServer((request, response) => {
    reached.push({ method: request.method ?? "", target: request.url ?? "", headers: request.rawHeaders });
    request.resume();
    response.end("the application");
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the application is not open");
  return {
    address: `127.0.0.1:${bound.port}`,
    take: () => reached.splice(0),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The values of a header of what reached the application, by any spelling that a server could take for it. */
export function valuesOf({ headers }: Reached, name: string): readonly string[] {
  const fold = (text: string) => text.toLowerCase().replace(/[_.]/g, "-");
  return headers.filter((_, at) => at % 2 === 1 && fold(headers[at - 1] ?? "") === fold(name));
}
