import { X509Certificate } from "node:crypto";
import type { ClientCertificate } from "../../core/attribute.ts";
import { type Fact, known, unknown } from "../../core/fact.ts";
import type { Certificate } from "../../core/model.ts";

/** A certificate of a client that was read once. */
export interface ReadCertificate {
  readonly leaf: X509Certificate;
  readonly commonName: string | null;
}

/** Judges the certificate that a client has shown for `host`, at `now`. */
export type CheckCertificate = (shown: ReadCertificate, host: string, now: number) => Fact<ClientCertificate>;

/** Source of what a certificate says. */
const CERTIFICATE = "certificate";
/** `id-kp-clientAuth` (RFC 5280, 4.2.1.12). */
const CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2";

/** Reads PEM or DER; null for what is no certificate. */
export function readCertificate(certificate: string | Uint8Array): ReadCertificate | null {
  try {
    const leaf = new X509Certificate(certificate);
    const name: unknown = leaf.toLegacyObject().subject?.CN;
    // Of several common names none is the one.
    return { leaf, commonName: typeof name === "string" && name !== "" ? name : null };
  } catch {
    return null;
  }
}

interface Authority {
  readonly certificate: X509Certificate;
  /** Empty for every host. */
  readonly hosts: ReadonlySet<string>;
}

/**
 * A check against these authorities: the client's certificate must be signed by one of them that is for
 * the host, be in force, and be made for clients. The proxy has seen the proof that the client holds its key.
 */
export function createCertificateCheck(certificates: readonly Certificate[]): CheckCertificate {
  const authorities = certificates.map(readAuthority).filter((authority) => authority !== null);
  return ({ leaf, commonName }, host, now) => {
    const issuer = authorities.find(
      ({ certificate, hosts }) => (hosts.size === 0 || hosts.has(host)) && isIssuedBy(leaf, certificate),
    );
    if (issuer === undefined || !isForClients(leaf)) return unknown("refused", CERTIFICATE);
    if (!isInForce(leaf, now) || !isInForce(issuer.certificate, now)) return unknown("expired", CERTIFICATE);
    const expiresAt = Math.min(Date.parse(leaf.validTo), Date.parse(issuer.certificate.validTo));
    return known({ commonName }, { source: CERTIFICATE, learntAt: now, expiresAt });
  };
}

function readAuthority({ certificate, associatedHostnames }: Certificate): Authority | null {
  const read = certificate === null ? null : readCertificate(certificate);
  if (!read?.leaf.ca) return null;
  return { certificate: read.leaf, hosts: new Set(associatedHostnames.map((host) => host.toLowerCase())) };
}

function isIssuedBy(leaf: X509Certificate, authority: X509Certificate): boolean {
  try {
    return leaf.checkIssued(authority) && leaf.verify(authority.publicKey);
  } catch {
    return false;
  }
}

/** Without extended key usages it is for everything. */
function isForClients({ ca, keyUsage }: X509Certificate): boolean {
  return !ca && (keyUsage === undefined || keyUsage.includes(CLIENT_AUTHENTICATION));
}

function isInForce({ validFrom, validTo }: X509Certificate, now: number): boolean {
  // Written so that a time that cannot be read is not in force.
  return Date.parse(validFrom) <= now && now < Date.parse(validTo);
}
