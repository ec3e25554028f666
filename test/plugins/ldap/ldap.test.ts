import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import ldap from "../../../plugins/ldap/index.ts";
import { PUBLIC_ONLY } from "../../../src/pip/address-guard.ts";
import { makeIdentities, serve, type TestIdentities } from "../../pip/fault-server.ts";
import { LOOPBACK, start } from "../../pip/rig.ts";
import { requireTool } from "../../support/require-tool.ts";
import { BASE, type Slapd, SMALL_DN, startSlapd } from "./slapd.ts";

const REFERRAL = `dn: ou=abroad,${BASE}
objectClass: referral
objectClass: extensibleObject
ou: abroad
ref: ldap://abroad.example.com/ou=abroad,${BASE}
`;

interface Address {
  readonly url: string;
  readonly bind_dn: string;
  readonly password: string;
}

async function groupsOf(address: Address, email: string) {
  const config = { identity_provider: "ldap-idp", base: BASE, ...address };
  const provider = await start(ldap, { config });
  const facts = await provider.ask({ "identity.email": email }, ["identity.groups"]);
  await provider.dispose();
  return facts["identity.groups"];
}

describe.if(requireTool("slapd"))("groups in a real OpenLDAP", () => {
  let slapd: Slapd;
  let admin: Address;
  beforeAll(async () => {
    slapd = await startSlapd(await Bun.file(join(import.meta.dir, "directory.ldif")).text());
    admin = { url: slapd.url, bind_dn: slapd.rootDn, password: slapd.password };
  });
  afterAll(() => slapd[Symbol.asyncDispose]());

  test.each(["ada@example.com", "ADA@Example.com", "grace.o'hara@example.com"])(
    "of %s are found with those that they are in, round a circle too",
    async (email) => {
      expect(await groupsOf(admin, email)).toMatchObject({
        state: "known",
        complete: true,
        value: {
          names: new Set(["compilers", "engineering", "everybody", "circle"]),
          ids: new Set(
            ["compilers", "engineering", "everybody", "circle"].map((name) => `cn=${name},ou=groups,${BASE}`),
          ),
        },
      });
    },
  );

  test("of somebody who is in none are an empty set, and it is whole", async () => {
    expect(await groupsOf(admin, "alone@example.com")).toMatchObject({
      state: "known",
      complete: true,
      value: { names: new Set() },
    });
  });

  test.each([
    ["somebody whom the directory does not have", "nobody@example.com"],
    ["an address that two people have", "twin@example.com"],
    ["an address that would be a filter", "*)(mail=ada@example.com"],
    ["an address that would be all of them", "*"],
  ])("of %s are not known", async (_, email) => {
    expect(await groupsOf(admin, email)).toMatchObject({ state: "unknown", why: "missing" });
  });

  test("are not known where the directory does not take the password", async () => {
    expect(await groupsOf({ ...admin, password: "wrong" }, "ada@example.com")).toMatchObject({
      state: "unknown",
      why: "failed",
    });
  });

  test("are not known where the directory cuts its answer short", async () => {
    const small = { ...admin, bind_dn: SMALL_DN };
    expect(await groupsOf(small, "alone@example.com")).toMatchObject({ state: "known" });
    expect(await groupsOf(small, "twin@example.com")).toMatchObject({ state: "unknown", why: "failed" });
  });
});

describe.if(requireTool("slapd"))("a real OpenLDAP that refers to another", () => {
  test("has told a part of the groups", async () => {
    const ldif = await Bun.file(join(import.meta.dir, "directory.ldif")).text();
    await using slapd = await startSlapd(`${ldif}\n${REFERRAL}`);
    const address = { url: slapd.url, bind_dn: slapd.rootDn, password: slapd.password };
    expect(await groupsOf(address, "alone@example.com")).toMatchObject({
      state: "known",
      complete: false,
      value: { names: new Set() },
    });
  });
});

describe("groups in a directory", () => {
  const address = (url: string): Address => ({ url, bind_dn: `cn=admin,${BASE}`, password: "p" });

  test("that nobody answers for are not known", async () => {
    expect(await groupsOf(address("ldap://127.0.0.1:1"), "ada@example.com")).toMatchObject({
      state: "unknown",
      why: "unreachable",
    });
  });

  test("that hangs are not known in time", async () => {
    using server = await serve(() => {});
    const url = server.url.replace("http", "ldap");
    expect(await groupsOf(address(url), "ada@example.com")).toMatchObject({
      state: "unknown",
      why: "timeout",
    });
  });

  test("that talks something else than LDAP are not known", async () => {
    using server = await serve((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const url = server.url.replace("http", "ldap");
    expect(await groupsOf(address(url), "ada@example.com")).toMatchObject({ state: "unknown" });
  });

  test("are only asked for over TLS, but on this machine", async () => {
    const config = { identity_provider: "x", base: BASE, ...address("ldap://dc.example.com") };
    await expect(start(ldap, { config })).rejects.toThrow("url");
  });
});

/** Lets everyone in, and finds nobody: what an LDAP server says to a bind, and to a search after it. */
const BOUND = Buffer.from("300c02010261070a010004000400", "hex");
const FOUND_NONE = Buffer.from("300c02010365070a010004000400", "hex");

describe("a directory is connected to at an address that its provider may reach, and at no other", () => {
  let identities: TestIdentities;
  beforeAll(() => {
    identities = makeIdentities();
  });

  /** What is known of groups in a directory at `source.test`, which leads to these addresses, one after the other. */
  async function askAt(
    addresses: readonly string[],
    identity: Exclude<keyof TestIdentities, "ca"> = "valid",
    reach = LOOPBACK,
  ) {
    using server = await serve((socket) => {
      socket.write(BOUND);
      socket.on("data", () => socket.write(FOUND_NONE));
    }, identities[identity]);
    let lookups = 0;
    const network = { resolve: async () => [addresses[lookups++] ?? ""], fetch };
    const url = `ldaps://source.test:${server.port}`;
    const config = {
      identity_provider: "x",
      base: BASE,
      url,
      ca: identities.ca,
      bind_dn: "cn=a",
      password: "p",
    };
    const provider = await start(ldap, { config, network, settings: { reach } });
    const facts = await provider.ask({ "identity.email": "ada@example.com" }, ["identity.groups"]);
    await provider.dispose();
    const fact = facts["identity.groups"];
    return { why: fact?.state === "unknown" ? fact.why : null, heard: server.heard(), lookups };
  }

  test("which is looked up once: whatever the name leads to later counts for nothing", async () => {
    expect(await askAt(["127.0.0.1", "127.0.0.9"])).toEqual({ why: "missing", heard: 1, lookups: 1 });
  });

  test.each(["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "::ffff:127.0.0.1"])(
    "and so not at %s, unless that is listed",
    async (address) => {
      expect(await askAt([address], "valid", PUBLIC_ONLY)).toEqual({
        why: "unreachable",
        heard: 0,
        lookups: 1,
      });
    },
  );

  test.each(["otherName", "selfSigned", "expired"] as const)(
    "and is believed by its own name alone: a certificate that is %s is not",
    async (identity) => {
      expect(await askAt(["127.0.0.1"], identity)).toMatchObject({ why: "unreachable", heard: 0 });
    },
  );

  test("also where its address is written down", async () => {
    using server = await serve((socket) => void socket.write(BOUND));
    const url = server.url.replace("http", "ldap");
    const config = { identity_provider: "x", base: BASE, url, bind_dn: "cn=a", password: "p" };
    const provider = await start(ldap, { config, settings: { reach: PUBLIC_ONLY } });
    const facts = await provider.ask({ "identity.email": "ada@example.com" }, ["identity.groups"]);
    expect(facts["identity.groups"]).toMatchObject({ state: "unknown", why: "unreachable" });
    expect(server.heard()).toBe(0);
  });
});
