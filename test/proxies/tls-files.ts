import { $ } from "bun";

/** Certificates for a test, in `folder`. */
export interface TlsFiles {
  readonly authority: string;
  /** Of clients: their key and certificate. `stranger` is signed by an authority that nobody has heard of. */
  readonly clients: { readonly known: ClientFiles; readonly stranger: ClientFiles };
}

export interface ClientFiles {
  readonly cert: string;
  readonly key: string;
}

/** Writes fullchain.pem, key.pem, server.pem and clients-ca.pem, as the documentation names them. */
export async function writeTlsFiles(folder: string): Promise<TlsFiles> {
  await writeAuthority(folder, "clients-ca", "Example Device CA");
  await writeAuthority(folder, "other-ca", "Another CA");
  await writeLeaf(folder, "server", "clients-ca", [
    "subjectAltName=DNS:*.example.com",
    "extendedKeyUsage=serverAuth",
  ]);
  await writeLeaf(folder, "known", "clients-ca", ["extendedKeyUsage=clientAuth"]);
  await writeLeaf(folder, "stranger", "other-ca", ["extendedKeyUsage=clientAuth"]);
  const read = (name: string) => Bun.file(`${folder}/${name}`).text();
  const client = async (name: string) => ({
    cert: await read(`${name}.crt`),
    key: await read(`${name}.key`),
  });
  const [chain, key] = await Promise.all([read("server.crt"), read("server.key")]);
  await Promise.all([
    Bun.write(`${folder}/fullchain.pem`, chain),
    Bun.write(`${folder}/key.pem`, key),
    Bun.write(`${folder}/server.pem`, chain + key),
  ]);
  return {
    authority: await read("clients-ca.pem"),
    clients: { known: await client("known"), stranger: await client("stranger") },
  };
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

async function writeAuthority(folder: string, name: string, commonName: string): Promise<void> {
  const files = ["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.pem`];
  await $`openssl req -x509 ${NEW_KEY} ${files} -days 2 -subj /CN=${commonName}`.quiet();
}

async function writeLeaf(
  folder: string,
  name: string,
  authority: string,
  extensions: readonly string[],
): Promise<void> {
  const signed = ["-CA", `${folder}/${authority}.pem`, "-CAkey", `${folder}/${authority}.key`];
  const files = ["-keyout", `${folder}/${name}.key`, "-out", `${folder}/${name}.crt`];
  const added = ["basicConstraints=critical,CA:FALSE", ...extensions].flatMap((line) => ["-addext", line]);
  await $`openssl req -x509 ${NEW_KEY} ${signed} ${files} -days 2 -subj /CN=${name} ${added}`.quiet();
}
