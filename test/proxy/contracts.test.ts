import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { accessHeaderFor, accessTokenFor, HTTP_KINDS, outcomeOf, ProxyRig } from "./rig.ts";

let rig: ProxyRig;
let ada: string;
beforeAll(async () => {
  rig = await ProxyRig.start();
  ada = await accessHeaderFor();
});
afterAll(() => rig[Symbol.asyncDispose]());

describe.each(HTTP_KINDS)("%s", (kind) => {
  test("is told 200 of somebody whom a policy allows, with every header that applications rely on", async () => {
    const reply = await rig.ask(kind, { headers: [ada] });
    expect(outcomeOf(reply)).toBe("200");
    expect(reply.body).toBe("");
    expect([...reply.headers].filter(([name]) => /^x-postern|cache/.test(name))).toEqual([
      ["x-postern-verdict", expect.stringMatching(/^eyJ/)],
      ["x-postern-user", "ada@example.com"],
      ["x-postern-subject", "u-1"],
      ["x-postern-groups", "-"],
      ["x-postern-decision", "permit"],
      ["x-postern-decision-id", expect.stringMatching(/^[0-9a-f-]{36}$/)],
      ["cache-control", "no-store"],
    ]);
  });

  test("is told 403 of somebody whom the policies know and do not allow, with the reason", async () => {
    const mallory = await accessHeaderFor({ sub: "u-2", email: "mallory@example.com" });
    const reply = await rig.ask(kind, { headers: [mallory] });
    expect(outcomeOf(reply)).toBe("403 no_policy_matched");
    expect(reply.headers.get("x-postern-decision")).toBe("deny");
    expect(reply.headers.has("x-postern-verdict")).toBe(false);
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("is told 401 of nobody, and where a login leads on", async () => {
    const reply = await rig.ask(kind, { target: "/a?b=c&d" });
    expect(outcomeOf(reply)).toBe("401 login_required");
    expect(reply.headers.get("location")).toBe(
      "https://login.example.com/?back=https%3A%2F%2Fwiki.example.com%2Fa%3Fb%3Dc%26d",
    );
    expect(reply.headers.get("www-authenticate")).toBe('Bearer realm="postern"');
  });

  test("is told 403 of a host and of a path that are no application's", async () => {
    expect(outcomeOf(await rig.ask(kind, { host: "intranet.example.com", headers: [ada] }))).toBe(
      "403 no_application",
    );
  });

  test("is asked about the path, and the most specific application decides", async () => {
    expect(outcomeOf(await rig.ask(kind, { target: "/admin/users", headers: [ada] }))).toBe(
      "401 credential_refused",
    );
  });

  test("tells who the client is by its address", async () => {
    const ask = (client: string | null) => rig.ask(kind, { host: "office.example.com", client });
    expect(outcomeOf(await ask("192.0.2.7"))).toBe("200");
    expect(outcomeOf(await ask("192.0.3.7"))).toBe("403 no_policy_matched");
    expect(outcomeOf(await ask(null))).toBe("403 undecided");
  });

  test("takes the cookie of Access for the header, and a bad one for none", async () => {
    const token = await accessTokenFor();
    expect(outcomeOf(await rig.ask(kind, { headers: [`Cookie: a=b; CF_Authorization=${token}`] }))).toBe(
      "200",
    );
    const cookie = { headers: ["Cookie: CF_Authorization=garbage"] };
    expect(outcomeOf(await rig.ask(kind, cookie))).toBe("401 login_required");
    expect(outcomeOf(await rig.ask(kind, { host: "status.example.com", ...cookie }))).toBe("200");
  });
});
