/** A source of devices that answers over HTTP, and does what it is told with its answers. */
export interface DeviceServer extends AsyncDisposable {
  readonly url: string;
  /** How it answers from now on, where an honest answer would be `honest`. */
  setAnswer(answer: DeviceAnswer): void;
}

export type DeviceAnswer = (honest: Response) => Response | Promise<Response>;

/** As it should be. */
export const HONESTLY: DeviceAnswer = (honest) => honest;

/** Ways to answer that say nothing, though each of them says that a device is healthy to whoever reads carelessly. */
export const DISHONESTLY: readonly DeviceAnswer[] = [
  () => new Promise<Response>(() => {}),
  () => Response.json({ healthy: true }, { status: 500 }),
  () => Response.json({ healthy: true }, { status: 429, headers: { "Retry-After": "1000000000" } }),
  () => Response.json({ healthy: "true" }),
  () => Response.json({}),
  () => Response.json([{ healthy: true }, { healthy: true }]),
  () => new Response('{"healthy":true'),
  () => new Response('<html>{"healthy":true}</html>', { headers: { "Content-Type": "text/html" } }),
  () => new Response(null, { status: 302, headers: { Location: "/healthy" } }),
  () => new Response(`{"healthy":true,"filler":"${"x".repeat(9 * 1024 * 1024)}"}`),
];

export function startDeviceServer(isHealthy: (device: string) => boolean): DeviceServer {
  let answer = HONESTLY;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 5,
    fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/healthy") return Response.json({ healthy: true });
      return answer(Response.json({ healthy: isHealthy(pathname.slice("/devices/".length)) }));
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    setAnswer(next) {
      answer = next;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
