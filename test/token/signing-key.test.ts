import { describe, expect, test } from "bun:test";
import { createSignBounded } from "../../src/token/bounded-signing.ts";
import {
  computeKid,
  createKey,
  generateKeyPair,
  loadSigner,
  type Signer,
} from "../../src/token/signing-key.ts";
import { refusalOf } from "./access-team.ts";

describe("a signing key", () => {
  test("RFC 7638, 3.1: the key id is the thumbprint", async () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
      "tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI" +
      "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(await computeKid({ kty: "RSA", n, e: "AQAB" })).toBe(
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    );
  });

  test("is RSA of 2,048 bits with e = 65537 by default", async () => {
    const { signer, pkcs8 } = await createKey("RS256", generateKeyPair);
    expect(signer.publicJwk).toMatchObject({ kty: "RSA", e: "AQAB" });
    expect(signer.publicJwk).toHaveProperty("n", expect.stringMatching(/^[\w-]{342}$/));
    expect(signer.kid).toBe(await computeKid(signer.publicJwk));
    expect((await signer.sign(new Uint8Array(pkcs8))).length).toBe(256);
  });

  test("cannot be used when its halves do not belong together", async () => {
    const [one, other] = [
      await createKey("ES256", generateKeyPair),
      await createKey("ES256", generateKeyPair),
    ];
    const refusal = await refusalOf(() => loadSigner("ES256", one.signer.publicJwk, other.pkcs8));
    expect(refusal).toBe("signer_failed");
    expect(await refusalOf(() => loadSigner("ES256", one.signer.publicJwk, new Uint8Array(9)))).toBe(
      "signer_failed",
    );
    expect(await refusalOf(() => loadSigner("RS256", one.signer.publicJwk, one.pkcs8))).toBe("signer_failed");
  });

  test("of another kind than was asked for is refused", async () => {
    const generate = () =>
      crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]);
    expect(await refusalOf(() => createKey("ES256", generate))).toBe("signer_failed");
  });
});

describe("a bound on signing", () => {
  const stuck = Promise.withResolvers<Uint8Array>();
  const signer: Signer = {
    kid: "kms-key",
    algorithm: "ES256",
    publicJwk: { kty: "EC", crv: "P-256", x: "", y: "" },
    sign: () => stuck.promise,
  };
  const bytes = new Uint8Array(1);

  test("is busy at once when it is reached, and free again when a signature is done", async () => {
    const signBounded = createSignBounded(2);
    const underWay = [signBounded(signer, bytes), signBounded(signer, bytes)];
    expect(await refusalOf(() => signBounded(signer, bytes))).toBe("signer_busy");
    stuck.resolve(bytes);
    await Promise.all(underWay);
    expect(await refusalOf(() => signBounded(signer, bytes))).toBe("accepted");
  });

  test("is not used up by a signer that fails", async () => {
    const signBounded = createSignBounded(1);
    const failing: Signer = { ...signer, sign: () => Promise.reject(new Error("KMS: throttled")) };
    for (let call = 0; call < 3; call++)
      expect(await refusalOf(() => signBounded(failing, bytes))).toBe("signer_failed");
  });
});
