import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlayedAccess } from "../../test/support/played-access.ts";
import { ADMIN_TOKENS, sha256 } from "../../test/support/test-service.ts";
import { ISSUER } from "../../test/token/access-team.ts";
import { policiesWithout } from "./policies.ts";

/** Where a replica has its configuration, its policies and its keys. */
export interface ReplicaFolder {
  /** Path of `postern.yaml`. */
  readonly config: string;
  /** Replaces the policies, as it should be done or, `inPlace`, as it should not. */
  putPolicies(text: string, inPlace?: boolean): Promise<void>;
  /** Hands its keys to the folders that are yet to be made: making RSA keys takes longer than all else. */
  keepKeys(): Promise<void>;
  remove(): Promise<void>;
}

export interface ReplicaFolderOptions {
  readonly access: PlayedAccess;
  /** Sections of `postern.yaml` beside the usual. */
  readonly config?: object;
}

const RING = "evaluation.1.json";
let signingKeys: string | null = null;

export async function createReplicaFolder({
  access,
  config = {},
}: ReplicaFolderOptions): Promise<ReplicaFolder> {
  const folder = await mkdtemp(join(tmpdir(), "postern-chaos-"));
  const [file, policies] = [join(folder, "postern.yaml"), join(folder, "policies.yaml")];
  const ring = join(folder, "keys", RING);
  await mkdir(join(folder, "keys"), { mode: 0o700 });
  if (signingKeys !== null) await writeFile(ring, signingKeys, { mode: 0o600 });
  await writeFile(policies, policiesWithout([]));
  const written = {
    public_url: "https://postern.example.com",
    listen: { public: "127.0.0.1:0", admin: "127.0.0.1:0" },
    store: "memory:",
    access: { team_domain: ISSUER, certs_url: access.certsUrl },
    policies: "./policies.yaml",
    admin: { tokens: [{ name: "ops", role: "operator", sha256: sha256(ADMIN_TOKENS.operator) }] },
    ...config,
  };
  await writeFile(file, JSON.stringify(written));
  return {
    config: file,
    async putPolicies(text, inPlace = false) {
      if (inPlace) return writeFile(policies, text);
      await writeFile(`${policies}.draft`, text);
      await rename(`${policies}.draft`, policies);
    },
    async keepKeys() {
      signingKeys ??= await readFile(ring, "utf8");
    },
    remove: () => rm(folder, { recursive: true }),
  };
}
