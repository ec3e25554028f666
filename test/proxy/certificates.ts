import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Certificates of a company that issues them to clients, PEM. */
export interface Certificates {
  readonly authority: string;
  /** `CN=robot, one`, issued by the authority for clients. */
  readonly client: string;
  /** The same, for servers. */
  readonly server: string;
  /** The same name and authority's name, by somebody else. */
  readonly forged: string;
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Makes them by OpenSSL: valid from now on for ten days. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "postern-certificates-"));
  const run = async (...args: string[]) => {
    const child = Bun.spawn(["openssl", ...args], { cwd: folder, stdout: "ignore", stderr: "pipe" });
    if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
  };
  const issue = async (name: string, authority: string, usage: string) => {
    await writeFile(join(folder, `${name}.ext`), `extendedKeyUsage=${usage}\nbasicConstraints=CA:FALSE\n`);
    await run(
      "req",
      ...KEY,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      "/O=Example/CN=robot, one",
    );
    await run(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      `${authority}.pem`,
      "-CAkey",
      `${authority}.key`,
      "-CAcreateserial",
      "-out",
      `${name}.pem`,
      "-days",
      "10",
      "-extfile",
      `${name}.ext`,
    );
  };
  const found = async (name: string) =>
    run(
      "req",
      "-x509",
      ...KEY,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-subj",
      "/CN=Example CA",
      "-days",
      "10",
    );
  try {
    await found("authority");
    await found("impostor");
    await issue("client", "authority", "clientAuth");
    await issue("server", "authority", "serverAuth");
    await issue("forged", "impostor", "clientAuth");
    const read = (name: string) => readFile(join(folder, `${name}.pem`), "utf8");
    const [authority, client, server, forged] = await Promise.all(
      ["authority", "client", "server", "forged"].map(read),
    );
    return { authority: authority ?? "", client: client ?? "", server: server ?? "", forged: forged ?? "" };
  } finally {
    await rm(folder, { recursive: true });
  }
}
