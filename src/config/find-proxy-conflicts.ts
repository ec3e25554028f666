import type { DecodedConfig } from "./config.ts";
import type { Path } from "./path.ts";

type Conflicts = Iterable<{ readonly path: Path; readonly message: string }>;

/** Credentials that could be meant in two ways, or that no proxy can forward. */
export function* findCredentialConflicts({
  proxies,
  issuers,
  serviceTokens,
  access,
}: DecodedConfig): Conflicts {
  for (const [index, { kind, clientCertificates }] of proxies.entries()) {
    if (kind === "traefik" && clientCertificates) {
      const message = "Traefik forwards no client certificate that Postern reads; remove it";
      yield { path: ["proxies", index, "client_certificates"], message };
    }
  }
  for (const [index, { issuer, identityProvider, application }] of issuers.entries()) {
    const path = ["issuers", index, "issuer"];
    if (identityProvider !== null && application !== null) {
      const message = "tokens of an application name nobody; remove it, or identity_provider";
      yield { path: ["issuers", index, "application"], message };
    }
    if (issuers.slice(0, index).some((other) => other.issuer === issuer)) {
      yield { path, message: "is there already; an issuer has one entry, so merge the two" };
    }
    if (issuer === access?.teamDomain) {
      yield { path, message: "is Access itself, whose tokens count already; remove the entry" };
    }
  }
  for (const [index, { clientId }] of serviceTokens.entries()) {
    if (serviceTokens.slice(0, index).some((other) => other.clientId === clientId)) {
      const message = "is there already; a secret that is being replaced goes under previous";
      yield { path: ["service_tokens", index, "client_id"], message };
    }
  }
}

/** What several processes cannot share. */
export function* findSharingConflicts({ workers, listen, proxies, store }: DecodedConfig): Conflicts {
  if (workers === 1) return;
  if (store === "memory:") {
    const message = "memory: is one process's own; with workers use sqlite: or redis:";
    yield { path: ["store"], message };
  }
  const listeners = [
    { path: ["listen", "public"], address: listen.public },
    ...proxies.map((proxy, index) => ({ path: ["proxies", index, "listen"], address: proxy.listen })),
  ];
  for (const { path, address } of listeners) {
    if (address?.kind === "unix") {
      yield {
        path,
        message: "workers cannot share a Unix socket; give a host and a port, or set workers to 1",
      };
    }
    if (address?.kind === "tcp" && address.port === 0) {
      yield {
        path,
        message: "port 0 would give each worker a port of its own; name the port that they share",
      };
    }
  }
}
