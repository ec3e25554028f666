const UNIT_BYTES: { readonly [unit: string]: number } = { KiB: 1024, MiB: 1024 * 1024 };
const MAX_BYTES = 64 * 1024 * 1024;

/** Bytes of a size such as `512KiB` or `8MiB`, up to 64 MiB; null for anything else. */
export function parseSize(text: string): number | null {
  const [, amount, unit] = /^([1-9]\d{0,5})(KiB|MiB)$/.exec(text) ?? [];
  const bytes = Number(amount) * (UNIT_BYTES[unit ?? ""] ?? Number.NaN);
  return bytes <= MAX_BYTES ? bytes : null;
}
