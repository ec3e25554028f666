import type { CertificateSource } from "./contract.ts";
import type { DecisiveHeaders } from "./decisive-headers.ts";

/** What a proxy says of the certificate that a client has shown it. Nothing of it is checked yet. */
export type ForwardedCertificate =
  | { readonly state: "none" }
  /** PEM or DER. */
  | { readonly state: "shown"; readonly certificate: string | Uint8Array }
  /** `failed`: the proxy did not accept it. */
  | { readonly state: "unreadable"; readonly why: "missing" | "malformed" | "failed" };

const NONE: ForwardedCertificate = { state: "none" };
const MAX_CHARS = 16 * 1024;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export function readForwardedCertificate(
  source: CertificateSource,
  headers: DecisiveHeaders,
): ForwardedCertificate {
  const written = headers.get(source.header);
  if (written !== undefined && written.length > MAX_CHARS) return unreadable("malformed");
  if (source.form === "xfcc") return written === undefined ? NONE : readXfcc(written);
  if (source.verify !== null) {
    const verified = headers.get(source.verify.header);
    if (verified === undefined) return unreadable("missing");
    if (verified === source.verify.none) return written ? unreadable("malformed") : NONE;
    if (verified !== source.verify.success) return unreadable("failed");
    if (!written && source.verify.none !== null) return unreadable("missing");
  }
  if (written === undefined) return unreadable("missing");
  if (written === "") return NONE;
  return source.form === "escaped_pem" ? readEscapedPem(written) : readBase64(written);
}

function readEscapedPem(written: string): ForwardedCertificate {
  try {
    const certificate = decodeURIComponent(written);
    const isOne = certificate.split("-----BEGIN CERTIFICATE-----").length === 2;
    return isOne ? { state: "shown", certificate } : unreadable("malformed");
  } catch {
    return unreadable("malformed");
  }
}

function readBase64(written: string): ForwardedCertificate {
  if (!BASE64.test(written)) return unreadable("malformed");
  return { state: "shown", certificate: Buffer.from(written, "base64") };
}

/** One `Key=Value` of an element; values with `,`, `;` or `=` stand in quotes, in which `\"` is a quote. */
const XFCC_PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))(;|,|$)/y;

/** The only element of a `x-forwarded-client-cert`: several would be what other hops have said. */
function readXfcc(written: string): ForwardedCertificate {
  let pem: string | null = null;
  XFCC_PAIR.lastIndex = 0;
  while (XFCC_PAIR.lastIndex < written.length) {
    const [, key, quoted, bare = "", end] = XFCC_PAIR.exec(written) ?? [];
    const isSecond = key?.toLowerCase() === "cert" && pem !== null;
    if (key === undefined || end === "," || isSecond) return unreadable("malformed");
    if (key.toLowerCase() === "cert") pem = quoted ?? bare;
  }
  return pem === null ? unreadable("missing") : readEscapedPem(pem);
}

function unreadable(why: "missing" | "malformed" | "failed"): ForwardedCertificate {
  return { state: "unreadable", why };
}
