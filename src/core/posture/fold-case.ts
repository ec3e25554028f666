const PLAIN = /^[ -~]*$/;

/** Lower case for ASCII letters only: Unicode's rules would make a `k` of the Kelvin sign. */
export function foldCase(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
