/**
 * What the machine can sign at most: by WebCrypto, 16 at a time, and nothing else.
 * `bun scripts/bench/bare-signer.ts MILLISECONDS [RS256|ES256]`; prints signatures per second.
 */
const AT_ONCE = 16;
const RS256 = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

const ES256 = { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" };

const [, , milliseconds, name = "RS256"] = process.argv;
const algorithm = name === "ES256" ? ES256 : RS256;
const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
const input = new TextEncoder().encode("x".repeat(200));

async function signUntil(endsAt: number): Promise<number> {
  let signed = 0;
  for (; performance.now() < endsAt; signed++) await crypto.subtle.sign(algorithm, privateKey, input);
  return signed;
}

const startedAt = performance.now();
const endsAt = startedAt + Number(milliseconds);
const signed = await Promise.all(Array.from({ length: AT_ONCE }, () => signUntil(endsAt)));
const elapsedMs = performance.now() - startedAt;
console.log((signed.reduce((sum, each) => sum + each, 0) * 1_000) / elapsedMs);

export {};
