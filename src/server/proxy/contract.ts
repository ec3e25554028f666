import type { ProxyKind } from "../../config/config.ts";

/** A header that says whether a certificate held; `none` says that there was none, unless the other is empty then. */
interface CertificateVerdict {
  readonly header: string;
  readonly success: string;
  readonly none: string | null;
}

/** How a proxy forwards the certificate of a client. Header names are lower case. */
export type CertificateSource =
  | {
      /** A header with the certificate, and one that says what the proxy made of it. */
      readonly form: "escaped_pem" | "base64_der";
      readonly header: string;
      readonly verify: CertificateVerdict | null;
    }
  /** Envoy's `x-forwarded-client-cert`. */
  | { readonly form: "xfcc"; readonly header: string };

/** Where a proxy says what it asks about. Header names are lower case; null is the request itself. */
export interface Contract {
  readonly kind: ProxyKind;
  readonly method: string | null;
  readonly url:
    | { readonly form: "absolute"; readonly header: string }
    | {
        readonly form: "parts";
        readonly host: string | null;
        readonly target: string | null;
        readonly scheme: string;
      };
  /** The chain of addresses; the proxy's own peer is the last. */
  readonly client: string;
  /** Null where the proxy forwards none that can be read. */
  readonly certificate: CertificateSource | null;
  /** What a permit tells the proxy beside what it tells the application. */
  readonly permitHeaders: Readonly<Record<string, string>>;
}

const FORWARDED_PARTS = {
  form: "parts",
  host: "x-forwarded-host",
  target: "x-forwarded-uri",
  scheme: "x-forwarded-proto",
} as const;

const OWN_PARTS = { form: "parts", host: null, target: null, scheme: "x-forwarded-proto" } as const;

/** Stands for `source.certificate` of a gRPC check: no header of a client can have this name. */
export const SOURCE_CERTIFICATE = ":source-certificate";

const XFCC = { form: "xfcc", header: "x-forwarded-client-cert" } as const;

/** Headers whose credentials are for Postern alone: what is behind Envoy never sees them. */
export const SPENT_CREDENTIALS: readonly string[] = [
  "cf-access-client-id",
  "cf-access-client-secret",
  "cf-access-token",
];

/** What each proxy sends. A listener speaks one of them alone, for the headers of another can be forged. */
export const CONTRACTS: { readonly [K in ProxyKind]: Contract } = {
  nginx: {
    kind: "nginx",
    method: "x-original-method",
    url: { form: "absolute", header: "x-original-url" },
    client: "x-forwarded-for",
    certificate: {
      form: "escaped_pem",
      header: "x-ssl-client-cert",
      verify: { header: "x-ssl-client-verify", success: "SUCCESS", none: "NONE" },
    },
    permitHeaders: {},
  },
  caddy: {
    kind: "caddy",
    method: "x-forwarded-method",
    url: FORWARDED_PARTS,
    client: "x-forwarded-for",
    certificate: { form: "base64_der", header: "x-ssl-client-cert", verify: null },
    permitHeaders: {},
  },
  traefik: {
    kind: "traefik",
    method: "x-forwarded-method",
    url: FORWARDED_PARTS,
    client: "x-forwarded-for",
    certificate: null,
    permitHeaders: {},
  },
  haproxy: {
    kind: "haproxy",
    method: "x-forwarded-method",
    url: FORWARDED_PARTS,
    client: "x-forwarded-for",
    certificate: {
      form: "base64_der",
      header: "x-ssl-client-cert",
      // HAProxy says 0 of a client that sent no certificate, too.
      verify: { header: "x-ssl-client-verify", success: "0", none: null },
    },
    permitHeaders: {},
  },
  "envoy-http": {
    kind: "envoy-http",
    method: null,
    url: OWN_PARTS,
    client: "x-forwarded-for",
    certificate: XFCC,
    permitHeaders: { "x-envoy-auth-headers-to-remove": SPENT_CREDENTIALS.join() },
  },
  "envoy-grpc": {
    kind: "envoy-grpc",
    method: null,
    url: OWN_PARTS,
    client: "x-forwarded-for",
    certificate: { form: "escaped_pem", header: SOURCE_CERTIFICATE, verify: null },
    permitHeaders: {},
  },
};

/** The contract of a listener; certificates are read only where the operator says that the proxy sets their headers. */
export function contractOf(kind: ProxyKind, clientCertificates: boolean): Contract {
  const contract = CONTRACTS[kind];
  return clientCertificates ? contract : { ...contract, certificate: null };
}
