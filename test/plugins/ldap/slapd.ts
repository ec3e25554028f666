import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "ldapts";
import { DIE_WITH_PARENT } from "../../support/die-with-parent.ts";
import { until } from "../../support/until.ts";

/** A real OpenLDAP server on loopback. */
export interface Slapd {
  readonly url: string;
  readonly rootDn: string;
  readonly password: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export const BASE = "dc=example,dc=com";
const ROOT_DN = `cn=admin,${BASE}`;
const PASSWORD = "s3cret";

/** Who binds as this sees at most one entry. */
export const SMALL_DN = `cn=small,${BASE}`;

const CONFIG = (folder: string) => `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
moduleload /usr/lib/ldap/back_mdb
pidfile ${folder}/pid
argsfile ${folder}/args
database mdb
suffix "${BASE}"
rootdn "${ROOT_DN}"
rootpw ${PASSWORD}
directory ${folder}/data
limits dn.exact="${SMALL_DN}" size=1 size.prtotal=1
`;

/** Starts a directory that holds the entries of an LDIF text. */
export async function startSlapd(ldif: string): Promise<Slapd> {
  const folder = await mkdtemp(join(tmpdir(), "postern-slapd-"));
  await mkdir(join(folder, "data"));
  const config = join(folder, "slapd.conf");
  await writeFile(config, CONFIG(folder));
  await writeFile(join(folder, "entries.ldif"), ldif);
  const filled = Bun.spawnSync(["slapadd", "-f", config, "-l", join(folder, "entries.ldif")]);
  if (filled.exitCode !== 0) throw new Error(filled.stderr.toString());
  const url = `ldap://127.0.0.1:${await findPort()}`;
  const child = Bun.spawn([...DIE_WITH_PARENT, "slapd", "-f", config, "-h", url, "-d", "0"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  await until(() => answers(url));
  return {
    url,
    rootDn: ROOT_DN,
    password: PASSWORD,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
      await rm(folder, { recursive: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ url, timeout: 500, connectTimeout: 500 });
  try {
    await client.bind(ROOT_DN, PASSWORD);
    return true;
  } catch {
    return false;
  } finally {
    await client.unbind().catch(() => {});
  }
}

async function findPort(): Promise<number> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
