import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TestCertificates {
  readonly caFile: string;
  /** Settings with which a server speaks TLS and nothing else on its port, and asks for no client certificate. */
  readonly settings: readonly string[];
  remove(): void;
  [Symbol.dispose](): void;
}

/** A certificate authority of our own and a certificate of it for 127.0.0.1, made by openssl. */
export function makeCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), "postern-tls-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const at = (name: string): string => join(folder, name);
  const keyOptions = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  openssl([
    "req",
    "-x509",
    ...keyOptions,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-subj",
    "/CN=Postern test CA",
  ]);
  openssl([
    ...["req", "-x509", ...keyOptions, "-keyout", at("server.key"), "-out", at("server.pem")],
    ...["-subj", "/CN=redis.test", "-CA", at("ca.pem"), "-CAkey", at("ca.key")],
    ...["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"],
  ]);
  return {
    caFile: at("ca.pem"),
    settings: [
      ...["--port", "0", "--tls-port", "{port}", "--tls-auth-clients", "no"],
      ...["--tls-cert-file", at("server.pem"), "--tls-key-file", at("server.key")],
      ...["--tls-ca-cert-file", at("ca.pem")],
    ],
    remove,
    [Symbol.dispose]: remove,
  };
}

function openssl(args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args]);
  if (exitCode !== 0) throw new Error(`openssl failed: ${stderr.toString()}`);
}
