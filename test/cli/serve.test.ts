import { afterAll, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import { personNamed, playAccess, signQuestion } from "../support/played-access.ts";
import { connectTo, JSON_TYPE, renderRequest } from "../support/raw-http.ts";
import { CONFIG, Workspace } from "../support/run-verb.ts";
import { ServedPostern } from "../support/served-postern.ts";
import { TEAM_POLICIES } from "../support/team-policies.ts";
import { ADMIN_TOKENS } from "../support/test-service.ts";
import { until } from "../support/until.ts";

const access = playAccess();
afterAll(() => access.stop());

const serve = () => ServedPostern.start(TEAM_POLICIES, access);

function tokenOfAda(): Promise<string> {
  const at = systemClock();
  const identity = personNamed("ada", { iat: Math.floor(at / 1_000) });
  return signQuestion({ at, claims: { identity } });
}

async function ask(postern: ServedPostern): Promise<number> {
  const response = await fetch(`${postern.urlOf("public")}/evaluate/wiki`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: await tokenOfAda() }),
  });
  await response.text();
  return response.status;
}

describe("postern serve", () => {
  test("tells where it listens, one line each, and then writes JSON lines", async () => {
    await using postern = await serve();
    expect(postern.out.split("\n").slice(0, 2)).toEqual([
      expect.stringMatching(/^public {2}http:\/\/127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^admin {3}http:\/\/127\.0\.0\.1:\d+$/),
    ]);
    expect(await ask(postern)).toBe(200);
    await until(() => postern.log.length > 0);
    expect(postern.log).toEqual([expect.objectContaining({ msg: "decision", decision: "permit" })]);
  });

  test("loads its policies anew on SIGHUP", async () => {
    await using postern = await serve();
    const reloads = async () => (await fetch(`${postern.urlOf("admin")}/metrics`)).text();
    expect(await reloads()).toContain('policy_reloads_total{result="ok"} 1');
    postern.signal("SIGHUP");
    await until(async () => (await reloads()).includes('policy_reloads_total{result="ok"} 2'));
    expect(await ask(postern)).toBe(200);
  });

  test("is asked about its keys by `postern keys`", async () => {
    await using postern = await serve();
    const admin = postern.urlOf("admin").replace("http://", "");
    await postern.workspace.write({ "other.yaml": CONFIG.replace("admin: 127.0.0.1:0", `admin: ${admin}`) });
    const env = { POSTERN_ADMIN_TOKEN: ADMIN_TOKENS.operator };
    const { code, out } = await postern.workspace.runProcess(["keys", "list", "--config", "other.yaml"], {
      env,
    });
    expect(code).toBe(0);
    expect(out).toMatch(/^active +[\w-]{43} +RS256/m);
    await until(() => postern.log.some(({ who, action }) => who === "ops" && action === "keys.list"));
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends with exit code 0 on %s where nothing is under way",
    async (name) => {
      await using postern = await serve();
      postern.signal(name);
      expect(await postern.exited()).toBe(0);
    },
  );
});

describe("postern serve does not start, exits with 2 and says why", () => {
  async function refused(files: Readonly<Record<string, string>>, ...options: string[]): Promise<string> {
    using workspace = new Workspace();
    await workspace.write({ "postern.yaml": CONFIG, "policies.yaml": TEAM_POLICIES, ...files });
    const { code, out, err } = await workspace.runProcess(["serve", ...options]);
    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toMatch(/\bat .*\.ts:\d|node_modules/);
    return err;
  }

  test("where the configuration is faulty", async () => {
    expect(await refused({ "postern.yaml": "stor: x" })).toMatch(/^postern\.yaml:1:1 {2}/m);
  });

  test("where the policies are", async () => {
    expect(await refused({ "policies.yaml": "applications: 7" })).toStartWith("policies.yaml:1:15  ");
  });

  test.each(["0", "65", "two"])("where it is to be --workers %s", async (count) => {
    expect(await refused({}, "--workers", count)).toContain("--workers takes a number from 1 to 64");
  });

  test("where its port is taken", async () => {
    const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    const config = CONFIG.replace("public: 127.0.0.1:0", `public: 127.0.0.1:${other.port}`);
    expect(await refused({ "postern.yaml": config })).toContain(
      `postern: cannot listen on 127.0.0.1:${other.port}: it is taken; stop what listens there, or choose another address`,
    );
    await other.stop(true);
  });

  test("where its keys are not to be read", async () => {
    const config = `${CONFIG}keys: { directory: ./policies.yaml }\n`;
    expect(await refused({ "postern.yaml": config })).toMatch(
      /^postern: the signing keys in .* cannot be read/m,
    );
  });
});

describe("SIGTERM under load", () => {
  const ROUNDS = 20;
  const AT_ONCE = 4;
  const HELD = 6;

  test(`finishes what is under way and exits with 0, ${ROUNDS} times of ${ROUNDS}`, async () => {
    for (let done = 0; done < ROUNDS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, terminateUnderLoad));
    }
  }, 180_000);

  async function terminateUnderLoad(): Promise<void> {
    await using postern = await serve();
    const held = await Promise.all(Array.from({ length: HELD }, () => holdCall(postern)));
    const loop = askUntilClosed(postern);
    expect(await ask(postern)).toBe(200);
    postern.signal("SIGTERM");
    await until(() => isDraining(postern));
    for (const call of held) expect(await call()).toStartWith("HTTP/1.1 200 OK");
    expect(await postern.exited()).toBe(0);
    expect(new Set(await loop)).toEqual(new Set([200]));
    const decisions = postern.log.filter(({ msg }) => msg === "decision");
    expect(decisions.length).toBeGreaterThan(HELD);
  }

  /** A call whose last bytes are sent, and whose answer is read, when the result is called. */
  async function holdCall(postern: ServedPostern): Promise<() => Promise<string>> {
    const body = JSON.stringify({ token: await tokenOfAda() });
    const bytes = renderRequest({ target: "/evaluate/wiki", headers: [JSON_TYPE], body });
    const socket = connectTo(postern.urlOf("public"));
    const answer = Promise.withResolvers<string>();
    socket.once("data", (chunk) => answer.resolve(chunk.toString()));
    socket.once("error", answer.reject);
    socket.once("close", () => answer.resolve("closed without an answer"));
    await new Promise((resolve) => socket.write(bytes.slice(0, -20), resolve));
    return () => {
      socket.write(bytes.slice(-20));
      return answer.promise;
    };
  }

  /** Calls one after the other until none is accepted any more; the statuses of those that were. */
  async function askUntilClosed(postern: ServedPostern): Promise<readonly number[]> {
    const statuses: number[] = [];
    for (;;) {
      const status = await ask(postern).catch(() => null);
      if (status === null) return statuses;
      statuses.push(status);
    }
  }

  async function isDraining(postern: ServedPostern): Promise<boolean> {
    const { status } = await fetch(`${postern.urlOf("admin")}/readyz`);
    return status === 503;
  }
});
