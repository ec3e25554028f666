/** `wrong permits: 0 of 1200, 95 % upper bound 2.5e-3`; where there was none, the rule of three bounds how many there may be. */
export function renderWrongPermits({
  wrongPermits,
  requests,
}: {
  readonly wrongPermits: number;
  readonly requests: number;
}): string {
  const counted = `wrong permits: ${wrongPermits} of ${requests}`;
  return wrongPermits > 0 ? counted : `${counted}, 95 % upper bound ${(3 / requests).toExponential(1)}`;
}
