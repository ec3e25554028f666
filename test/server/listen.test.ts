import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, ListenError, type Listener, listen } from "../../src/server/listen.ts";

const hello = () => new Response("hello");
const LOOPBACK = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;

async function withSocket(work: (address: Address & { kind: "unix" }) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "postern-socket-"));
  await work({ kind: "unix", path: join(folder, "postern.sock") });
  await rm(folder, { recursive: true });
}

describe("a listener", () => {
  test.each([
    ["127.0.0.1", /^http:\/\/127\.0\.0\.1:\d+$/],
    ["::1", /^http:\/\/\[::1\]:\d+$/],
  ])("at %s tells its address and the port that it was given", async (host, url) => {
    const listener = listen(hello, { kind: "tcp", host, port: 0 });
    expect(listener.url).toMatch(url);
    expect(await (await fetch(listener.url)).text()).toBe("hello");
    await listener.stop(0);
  });

  test("at a Unix socket leaves no file behind", async () => {
    await withSocket(async (address) => {
      const listener = listen(hello, address);
      expect(listener.url).toBe(`unix:${address.path}`);
      expect(await (await fetch("http://localhost/", { unix: address.path })).text()).toBe("hello");
      await listener.stop(0);
      expect(await Bun.file(address.path).exists()).toBe(false);
    });
  });

  test("that is stopped finishes what is under way, and accepts nothing more", async () => {
    const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<Response>()];
    const listener = listen(() => {
      begun.resolve();
      return finish.promise;
    }, LOOPBACK);
    const call = fetch(listener.url);
    await begun.promise;
    const stopped = listener.stop(5_000);
    expect(await fetch(listener.url).catch(() => "refused")).toBe("refused");
    finish.resolve(hello());
    expect(await (await call).text()).toBe("hello");
    await stopped;
  });

  test("that is stopped cuts off what does not end in time", async () => {
    const begun = Promise.withResolvers<void>();
    const listener = listen(() => {
      begun.resolve();
      return new Promise<Response>(() => {});
    }, LOOPBACK);
    const call = fetch(listener.url).catch(() => "cut off");
    await begun.promise;
    await listener.stop(20);
    expect(await call).toBe("cut off");
  });
});

describe("an address that cannot be had is named, with the reason:", () => {
  function refusalOf(address: Address): string {
    let listener: Listener;
    try {
      listener = listen(hello, address);
    } catch (error) {
      if (error instanceof ListenError) return error.message;
      throw error;
    }
    void listener.stop(0);
    return "listens";
  }

  test("it is taken", async () => {
    const first = listen(hello, LOOPBACK);
    const port = Number(new URL(first.url).port);
    expect(refusalOf({ ...LOOPBACK, port })).toBe(
      `cannot listen on 127.0.0.1:${port}: it is taken; stop what listens there, or choose another address`,
    );
    await first.stop(0);
  });

  test("it is another machine's", () => {
    expect(refusalOf({ kind: "tcp", host: "192.0.2.1", port: 0 })).toBe(
      "cannot listen on 192.0.2.1:0: it is no address of this machine",
    );
  });

  test("its folder is not there", async () => {
    await withSocket(async ({ path }) => {
      expect(refusalOf({ kind: "unix", path: `${path}/in/nothing.sock` })).toMatch(
        /^cannot listen on unix:.*: \w/,
      );
    });
  });
});
