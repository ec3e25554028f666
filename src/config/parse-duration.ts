const UNIT_MS: { readonly [unit: string]: number } = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const PART = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h|d)/g;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h|d))+$/;

/** The longest that Go, and so Cloudflare, can say: 2^63 nanoseconds, some 292 years. */
const MAX_DURATION_MS = 2 ** 63 / 1e6;

/**
 * Milliseconds of a duration as Go writes it, and with days: `60s`, `1h30m`, `300ms`, `1.5h`, `42d`, `0s`.
 * Rounded up, so that only zero is zero. Null where it is none, negative or too long.
 */
export function parseDuration(text: string): number | null {
  if (text === "0") return 0;
  if (text.length > 64 || !DURATION.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(PART)) {
    totalMs += Number(amount) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  }
  // Six decimals are nanoseconds: what lies below is the binary fraction's noise.
  const roundedMs = Math.ceil(Number(totalMs.toFixed(6)));
  return roundedMs <= MAX_DURATION_MS ? roundedMs : null;
}
