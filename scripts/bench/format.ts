import type { Target, Unit } from "./report.ts";

const FORMATS: { readonly [U in Unit]: (value: number) => string } = {
  time: formatTime,
  per_second: (value) => `${grouped(value)} /s`,
  bytes: (value) => (value < 2 ** 20 ? `${grouped(value)} B` : `${(value / 2 ** 20).toFixed(1)} MiB`),
  count: (value) => value.toLocaleString("en"),
  ratio: (value) => `${value < 10 ? value.toFixed(2) : grouped(value)} ×`,
};

/** A value with its unit: `92 ns`, `3,400,000 /s`, `1.84 ×`. */
export function formatValue(value: number, unit: Unit): string {
  return FORMATS[unit](value);
}

/** A relative spread: `± 3 %`. */
export function formatSpread(spread: number): string {
  return spread === 0 ? "" : `± ${Math.round(spread * 100)} %`;
}

export function formatWanted({ wanted, unit }: Target): string {
  return "atLeast" in wanted
    ? `at least ${formatValue(wanted.atLeast, unit)}`
    : `at most ${formatValue(wanted.atMost, unit)}`;
}

const TIMES = [
  { unit: "s", ns: 1e9 },
  { unit: "ms", ns: 1e6 },
  { unit: "µs", ns: 1e3 },
  { unit: "ns", ns: 1 },
] as const;

function formatTime(value: number): string {
  const { unit, ns } = TIMES.find((each) => value >= each.ns) ?? { unit: "ns", ns: 1 };
  const amount = value / ns;
  return `${amount < 10 ? amount.toFixed(2) : amount.toFixed(0)} ${unit}`;
}

function grouped(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}
