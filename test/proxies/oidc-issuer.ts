import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { until } from "../support/until.ts";
import { freePort } from "./free-port.ts";

export const IssuerOptions = Type.Object({
  issuer: Type.String(),
  client: Type.Object({ id: Type.String(), secret: Type.String(), redirectUrl: Type.String() }),
  /** In which groups a person is, by address. */
  groups: Type.Record(Type.String(), Type.Array(Type.String())),
});

/** An OpenID provider on loopback, with one client. People log in by their address; the password is anything. */
export interface OidcIssuer extends AsyncDisposable {
  readonly issuer: string;
  readonly jwksUrl: string;
}

export async function openOidcIssuer(
  options: Omit<Static<typeof IssuerOptions>, "issuer">,
): Promise<OidcIssuer> {
  const issuer = `http://127.0.0.1:${await freePort()}`;
  const program = join(import.meta.dir, "oidc-issuer-process.ts");
  const told = JSON.stringify({ ...options, issuer });
  const child = Bun.spawn([process.execPath, program, told], { stdout: "ignore", stderr: "pipe" });
  const jwksUrl = `${issuer}/jwks`;
  await until(async () => child.exitCode !== null || (await answers(jwksUrl)));
  if (child.exitCode !== null) throw new Error(`the provider has ended: ${await child.stderr.text()}`);
  return {
    issuer,
    jwksUrl,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}
