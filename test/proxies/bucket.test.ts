import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { blocksOf, readPage } from "../docs/pages.ts";
import { personNamed } from "../support/played-access.ts";
import { requireTool } from "../support/require-tool.ts";
import { sha256 } from "../support/test-service.ts";
import { applicationClaims, signAccessToken } from "../token/access-team.ts";
import { type BucketServer, openBucketServer } from "./bucket-server.ts";
import { readDocumented } from "./documented.ts";
import { RealProxyRig } from "./rig.ts";

const HOST = "behind-access.example.com";
const AUDIENCES = { bucket: "3b6f0e1a5d2c4f7b8a9d0c1e2f3a4b5c", reports: "7c2d9e4f1a6b3c8d5e0f7a2b9c4d1e6f" };
const REPORTER = ["CF-Access-Client-Id: 0123.access", "CF-Access-Client-Secret: a-secret"];
const OBJECTS = { "photo.jpg": "a photo", "reports/2026.csv": "a report", "reports/a b.csv": "another" };

/** What the page shows as `policies/bucket.yaml`. */
async function readPolicies(): Promise<string> {
  const blocks = blocksOf(await readPage("docs/bucket.md"));
  return blocks.find(({ text }) => text.startsWith("# policies/bucket.yaml\n"))?.text ?? "";
}

const IS_HERE = requireTool("nginx") && requireTool("openssl") && requireTool("rclone");

describe.if(IS_HERE)("the bucket of the page, on an S3 server behind nginx,", () => {
  let bucket: BucketServer;
  let rig: RealProxyRig;

  beforeAll(async () => {
    bucket = await openBucketServer("behind-access");
    for (const [key, content] of Object.entries(OBJECTS)) await bucket.writers.write(key, content);
    const { address } = bucket;
    const location = await readDocumented("nginx-bucket.conf", { "127.0.0.1:3000": address });
    rig = await RealProxyRig.start("nginx", {
      policies: await readPolicies(),
      config: { service_tokens: [{ client_id: "0123.access", secret_sha256: sha256("a-secret") }] },
      backend: address,
      edit: (text) => text.replace(/^ {4}location \/ \{\n[\s\S]*?^ {4}\}\n/m, () => location),
    });
    const iat = rig.service.now / 1_000;
    for (const [name, groups] of [
      ["ann", []],
      ["dora", ["data-team@example.com"]],
      ["finn", ["finance@example.com"]],
    ] as const) {
      const idp = { id: "google", type: "google-apps" };
      const identity = personNamed(name, { idp, groups: groups.map((email) => ({ email })), iat });
      await rig.service.ask("bucket", { claims: { identity } });
    }
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
    await bucket[Symbol.asyncDispose]();
  });
  afterEach(() => bucket.take());

  /** What somebody gets of a path: the object, or the status. */
  async function get(who: string, target: string, method = "GET"): Promise<string> {
    const { reply } = await rig.send({
      host: HOST,
      target,
      method,
      headers: await credentialsOf(who, target),
    });
    return reply.status === 200 ? reply.body : String(reply.status);
  }

  async function credentialsOf(who: string, target: string): Promise<readonly string[]> {
    if (who === "nobody") return [];
    if (who === "reporter") return REPORTER;
    const aud = target.startsWith("/reports") ? AUDIENCES.reports : AUDIENCES.bucket;
    const iat = rig.service.now / 1_000;
    const person = { aud: [aud], sub: `user-${who}`, email: `${who}@example.com` };
    return [
      `Cf-Access-Jwt-Assertion: ${await signAccessToken(applicationClaims({ ...person, iat, exp: iat + 3_600 }))}`,
    ];
  }

  test.each([
    ["ann", "/photo.jpg", "a photo"],
    ["ann", "/reports/2026.csv", "403"],
    ["dora", "/photo.jpg", "a photo"],
    ["dora", "/reports/2026.csv", "403"],
    ["finn", "/photo.jpg", "403"],
    ["finn", "/reports/2026.csv", "a report"],
    ["finn", "/reports/a%20b.csv", "another"],
    ["reporter", "/reports/2026.csv", "a report"],
    ["reporter", "/photo.jpg", "403"],
    ["nobody", "/photo.jpg", "302"],
    ["nobody", "/reports/2026.csv", "302"],
    ["ann", "/no-such-object", "404"],
  ])("gives %s of %s: %s", async (who, target, expected) => {
    expect(await get(who, target)).toBe(expected);
  });

  test.each(["/", "/?list-type=2&prefix=reports/", "/photo.jpg?acl", "/reports?list-type=2", "//", "/."])(
    "is not listed, nor told of, by %s",
    async (target) => {
      const told = await get("ann", target);
      expect(told).not.toContain("<Key>");
      expect(bucket.take().filter((line) => !/^GET \/behind-access\/[^?]+ /.test(line))).toEqual([]);
    },
  );

  test("is listed to whoever reaches the server without nginx, so that is for nobody else", async () => {
    const reply = await fetch(`http://${bucket.address}/behind-access/`);
    expect(await reply.text()).toContain("<Key>photo.jpg</Key>");
  });

  test.each([
    "/photo.jpg/../reports/2026.csv",
    "/%72eports/2026.csv",
    "/photo.jpg%2f..%2freports%2f2026.csv",
  ])("does not give ann a report by %s", async (target) => {
    expect(await get("ann", target)).not.toBe("a report");
    expect(bucket.take()).toEqual([]);
  });

  test.each(["PUT", "DELETE", "POST"])("is not written to: %s", async (method) => {
    expect(await get("ann", "/photo.jpg", method)).toBe("403");
    expect(bucket.take()).toEqual([]);
    expect(await bucket.writers.file("photo.jpg").text()).toBe("a photo");
  });

  test("tells of an object without giving it", async () => {
    expect(await get("ann", "/photo.jpg", "HEAD")).toBe("");
    expect(bucket.take()).toEqual(["HEAD /behind-access/photo.jpg HTTP/1.1"]);
  });

  test("is written to by those with a key alone", async () => {
    const guessed = bucket.writers.write("photo.jpg", "another photo", { secretAccessKey: "guessed" });
    await expect(guessed).rejects.toThrow();
    const put = await fetch(`http://${bucket.address}/behind-access/photo.jpg`, { method: "PUT", body: "a" });
    expect(put.ok).toBe(false);
    expect(await bucket.writers.file("photo.jpg").text()).toBe("a photo");
  });

  test("is open to whoever holds a pre-signed URL, for that object", async () => {
    const url = bucket.writers.presign("photo.jpg", { expiresIn: 60 });
    expect(await (await fetch(url)).text()).toBe("a photo");
    expect((await fetch(url.replace("photo.jpg", "reports/2026.csv"))).status).toBe(403);
  });
});
